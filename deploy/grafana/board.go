package grafana

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// schemaVersion is that of the dashboard documents. Grafana brings older ones up
// to date when it reads them.
const schemaVersion = 39

// A dashboard is rows of panels and the variables by which they are chosen.
type dashboard struct {
	uid, title, description string
	from                    string // how far back it looks at first
	refresh                 string
	variables               []variable
	rows                    []row
}

// A row is panels under one heading, placed from left to right.
type row struct {
	title  string
	panels []panel
}

// columnsOfGrid is how wide a dashboard is.
const columnsOfGrid = 24

// json is the document, with panels numbered and placed.
func (d *dashboard) json() object {
	panels, id, y := []object{}, 0, 0
	place := func(p object, x, y, w, h int) {
		id++
		p["id"], p["gridPos"] = id, object{"x": x, "y": y, "w": w, "h": h}
		panels = append(panels, p)
	}
	for _, r := range d.rows {
		place(object{"type": "row", "title": r.title, "collapsed": false, "panels": []object{}}, 0, y, columnsOfGrid, 1)
		x, tallest := 0, 0
		y++
		for i := range r.panels {
			p := &r.panels[i]
			if x+p.width > columnsOfGrid {
				x, y, tallest = 0, y+tallest, 0
			}
			place(p.json(), x, y, p.width, p.height)
			x, tallest = x+p.width, max(tallest, p.height)
		}
		y += tallest
	}
	return object{
		"uid": d.uid, "title": d.title, "description": d.description, "tags": []string{tag}, "editable": true,
		"schemaVersion": schemaVersion, "version": 1, "timezone": "browser", "graphTooltip": 1, "refresh": d.refresh,
		"time": object{"from": d.from, "to": "now"}, "timepicker": object{"refresh_intervals": []string{"10s", "30s", "1m", "5m", "15m", "1h"}},
		"templating": object{"list": variables(d.variables)}, "annotations": object{"list": []object{}},
		"links": links(), "panels": panels,
	}
}

// tag is what the dashboards know each other by.
const tag = "odograph"

// links lead to the other dashboards, with what was chosen.
func links() []object {
	return []object{{
		"title": "Odograph", "type": "dashboards", "icon": "external link", "tooltip": "the other dashboards, with the same time and choices",
		"tags": []string{tag}, "asDropdown": false, "targetBlank": false, "includeVars": true, "keepTime": true,
	}}
}

const (
	fleetUID    = "odograph-fleet"
	safetyUID   = "odograph-safety"
	fencesUID   = "odograph-geofences"
	vehicleUID  = "odograph-vehicle"
	pipelineUID = "odograph-pipeline"
)

// toVehicle leads from a device's number to all about it, and whenTo from a row
// to the map at its time: columns start_time and end_time.
var (
	toVehicle = link{"This vehicle", "/d/" + vehicleUID + "?var-device=${__value.raw}&${__url_time_range}"}
	whenTo    = link{"On the map, at that time", "/d/" + vehicleUID + "?var-device=${__data.fields.imei}&from=${__data.fields.start_time.numeric}&to=${__data.fields.end_time.numeric}"}
)

func document(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("grafana: %w", err)
	}
	return b.Bytes(), nil
}

// Files are the documents that this package writes, by their path below it.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, d := range map[string]dashboard{
		"fleet": fleet(), "safety": safety(), "geofences": geofences(), "vehicle": vehicle(), "pipeline": pipeline(),
	} {
		text, err := document(d.json())
		if err != nil {
			return nil, err
		}
		files["dashboards/"+name+".json"] = text
	}
	text, err := alertFile()
	if err != nil {
		return nil, err
	}
	files["provisioning/alerting/odograph.yaml"] = text
	return files, nil
}
