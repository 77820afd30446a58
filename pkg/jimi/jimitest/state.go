package jimitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// state is what calls have changed.
type state struct {
	vehicles map[string]map[string]string // IMEI -> what was updated
	groups   map[string]string
	fences   map[string]object
	children map[string]string
	commands map[string][]object
	lists    map[string]bool // history lists that were asked for
}

func newState() state {
	return state{
		vehicles: map[string]map[string]string{}, groups: map[string]string{}, fences: map[string]object{},
		children: map[string]string{}, commands: map[string][]object{}, lists: map[string]bool{},
	}
}

func (s *state) name(v *vehicle) string {
	if name := s.vehicles[v.imei]["device_name"]; name != "" {
		return name
	}
	return v.name
}

func (s *state) device(v *vehicle) object {
	changed := s.vehicles[v.imei]
	expires := "2037-04-01 23:59:59"
	if changed["expiration"] != "" {
		expires = changed["expiration"]
	}
	return object{
		"imei": v.imei, "deviceName": s.name(v), "mcType": "VL01", "sim": "8937204016", "expiration": expires, "activationTime": "2024-04-01 11:02:20",
		"vehicleName": changed["vehicle_name"], "vehicleIcon": "automobile", "vehicleNumber": "B-OD " + v.imei[11:], "driverName": changed["driver_name"],
		"driverPhone": nil, "enabledFlag": 1, "deviceGroup": "default group", "deviceGroupId": "0001", "reMark": changed["remarks"],
	}
}

func (p *Platform) id(kind string) string {
	p.counter++
	return fmt.Sprintf("%s%06d", kind, p.counter)
}

// addKept adds the methods that change something, and those that read it.
func addKept(answers map[string]answerer) {
	const offline = 228
	set := func(q *question, names ...string) {
		for _, v := range q.vehicles {
			m := q.p.state.vehicles[v.imei]
			if m == nil {
				m = map[string]string{}
				q.p.state.vehicles[v.imei] = m
			}
			for _, name := range names {
				if value := q.params[name]; value != "" {
					m[strings.TrimPrefix(name, "new_")] = value
				}
			}
		}
	}
	answers[openapi.DeviceUpdate.Name] = func(q *question) (any, any, *refusal) {
		set(q, "device_name", "vehicle_name", "driver_name", "remarks")
		return nil, nil, nil
	}
	answers[openapi.ExpirationUpdate.Name] = func(q *question) (any, any, *refusal) {
		set(q, "new_expiration")
		rows := make([]object, 0, 64)
		for _, v := range q.vehicles {
			rows = append(rows, object{"imei": v.imei, "update_result": "success", "update_msg": ""})
		}
		return rows, nil, nil
	}
	answers[openapi.DeviceMove.Name] = func(q *question) (any, any, *refusal) {
		moved := make([]string, 0, len(q.vehicles))
		for _, v := range q.vehicles {
			q.p.ownerOf[v.imei] = q.params["dest_account"]
			moved = append(moved, v.imei)
		}
		return moved, nil, nil
	}
	answers[openapi.DeviceBind.Name], answers[openapi.DeviceUnbind.Name] = ok, ok
	answers[openapi.GroupCreate.Name] = func(q *question) (any, any, *refusal) {
		id := q.p.id("group")
		q.p.state.groups[id] = q.params["group_name"]
		return object{"group_id": id, "group_name": q.params["group_name"]}, nil, nil
	}
	group := func(change func(q *question, id string)) answerer {
		return func(q *question) (any, any, *refusal) {
			id := q.params["group_id"]
			if _, ok := q.p.state.groups[id]; !ok {
				return nil, nil, &refusal{codeParameter, "no such group"}
			}
			change(q, id)
			return nil, nil, nil
		}
	}
	answers[openapi.GroupUpdate.Name] = group(func(q *question, id string) { q.p.state.groups[id] = q.params["group_name"] })
	answers[openapi.GroupDelete.Name] = group(func(q *question, id string) { delete(q.p.state.groups, id) })
	answers[openapi.GroupList.Name] = func(q *question) (any, any, *refusal) {
		rows := make([]object, 0, 64)
		for id, name := range q.p.state.groups {
			rows = append(rows, object{"group_id": id, "group_name": name})
		}
		return rows, nil, nil
	}

	answers[openapi.LivePageURL.Name] = func(q *question) (any, any, *refusal) {
		point, _ := q.vehicles[0].last(q.now)
		return object{"lat": point.Lat, "lng": point.Lng, "gpsTime": stamp(point.Time), "UrlCamera": "https://live.invalid/" + point.IMEI}, nil, nil
	}
	command := func(q *question) (any, any, *refusal) {
		if _, online := q.vehicles[0].last(q.now); !online {
			return nil, nil, &refusal{offline, "device offline"}
		}
		return object{"code": "100", "msg": "OK", "cmdSeqNo": q.p.id("seq")}, nil, nil
	}
	answers[openapi.MediaCommand.Name], answers[openapi.HistoryCommand.Name] = command, command
	answers[openapi.MediaURL.Name] = func(q *question) (any, any, *refusal) {
		return q.page([]object{{"thumb_URL": "https://media.invalid/t.jpg", "file_URL": "https://media.invalid/f.jpg", "create_time": q.now.Unix(), "mime_type": "image/jpeg", "camera": 0, "file_size": "20480"}}), nil, nil
	}
	answers[openapi.MediaEventURL.Name] = inData("result", rowsFor(func(_ *question, v *vehicle) []object {
		return []object{{"imei": v.imei, "event_type": "144", "lat": "52.5", "lng": "13.4", "alarm_time": v.start.Unix(), "fileList": []object{{"file_URL": "https://media.invalid/e.mp4", "mime_type": "video/mp4"}}}}
	}))
	stream := func(q *question) (any, any, *refusal) {
		return "https://stream.invalid/" + q.vehicles[0].imei + ".flv", nil, nil
	}
	answers[openapi.LiveStream.Name], answers[openapi.HistoryStream.Name] = stream, stream
	answers[openapi.CloseStream.Name] = ok
	answers[openapi.HistoryListAsk.Name] = func(q *question) (any, any, *refusal) {
		q.p.state.lists[q.params["instructionId"]] = false
		return nil, nil, nil
	}
	answers[openapi.HistoryListGet.Name] = func(q *question) (any, any, *refusal) {
		id := q.params["instructionId"]
		if sent := q.p.state.lists[id]; !sent { // the camera needs a moment (A30)
			q.p.state.lists[id] = true
			return nil, nil, &refusal{1207, "the list has not been uploaded"}
		}
		return []object{{"channel": 1, "beginTime": stamp(q.now), "endTime": stamp(q.now), "fileSize": 1024, "fileName": "CH1.mp4", "codeType": 1}}, nil, nil
	}

	answers[openapi.InstructionList.Name] = func(*question) (any, any, *refusal) {
		return []object{{"id": "416", "orderName": "Reboot", "orderContent": "RESET#", "orderExplain": "restarts the device", "isOffLine": "true"}}, nil, nil
	}
	answers[openapi.InstructionSend.Name] = func(q *question) (any, any, *refusal) {
		if !json.Valid([]byte(q.params["inst_param_json"])) {
			return nil, nil, &refusal{240, "command format"}
		}
		return q.command(q.params["inst_param_json"]), nil, nil
	}
	answers[openapi.RawCommand.Name] = func(q *question) (any, any, *refusal) { return q.command(q.params["raw_cmd"]), nil, nil }
	answers[openapi.InstructionResults.Name] = func(q *question) (any, any, *refusal) {
		return append([]object{}, q.p.state.commands[q.vehicles[0].imei]...), nil, nil
	}

	answers[openapi.DeviceFenceCreate.Name] = func(q *question) (any, any, *refusal) {
		if n, err := strconv.Atoi(q.params["radius"]); err != nil || n < 1 || n > 9999 {
			return nil, nil, &refusal{codeParameter, "radius"}
		}
		return q.p.id("no"), nil, nil
	}
	answers[openapi.DeviceFenceDelete.Name] = ok
	answers[openapi.FenceCreate.Name] = func(q *question) (any, any, *refusal) {
		for _, f := range q.p.state.fences {
			if f["fence_name"] == q.params["fence_name"] {
				return nil, nil, &refusal{1114, "fence name exists"}
			}
		}
		id := q.p.id("fence")
		q.p.state.fences[id] = object{
			"fence_id": id, "fence_name": q.params["fence_name"], "fence_type": q.params["fence_type"], "radius": q.params["radius"],
			"coordinates": strings.ReplaceAll(q.params["geom"], "#", ";"), "account": q.params["account"], "description": q.params["description"], "imeis": "",
		}
		return nil, id, nil
	}
	fence := func(answer func(q *question, f object) (any, any)) answerer {
		return func(q *question) (any, any, *refusal) {
			f := q.p.state.fences[q.params["fence_id"]]
			if f == nil {
				return nil, nil, &refusal{12004, "no such fence"}
			}
			result, data := answer(q, f)
			return result, data, nil
		}
	}
	answers[openapi.FenceDelete.Name] = fence(func(q *question, _ object) (any, any) {
		delete(q.p.state.fences, q.params["fence_id"])
		return nil, nil
	})
	answers[openapi.FenceUpdate.Name] = fence(func(q *question, f object) (any, any) {
		for _, name := range []string{"fence_name", "fence_type", "radius", "description"} {
			if q.params[name] != "" {
				f[name] = q.params[name]
			}
		}
		if geom := q.params["geom"]; geom != "" {
			f["coordinates"] = strings.ReplaceAll(geom, "#", ";")
		}
		return nil, nil
	})
	answers[openapi.FenceBind.Name] = fence(func(q *question, f object) (any, any) {
		bound := strings.Split(fmt.Sprint(f["imeis"]), ",")
		for _, v := range q.vehicles {
			if !slices.Contains(bound, v.imei) { // nothing ends a binding
				bound = append(bound, v.imei)
			}
		}
		f["imeis"] = strings.TrimPrefix(strings.Join(bound, ","), ",")
		for _, name := range []string{"alert_type", "stay_time_in", "stay_time_out"} {
			f[name] = q.params[name]
		}
		return nil, strconv.Itoa(len(q.vehicles)) // a count as a string (A28)
	})
	answers[openapi.FenceDetail.Name] = fence(func(_ *question, f object) (any, any) { return maps.Clone(f), nil })
	answers[openapi.FenceList.Name] = func(q *question) (any, any, *refusal) {
		rows := make([]object, 0, 64)
		for _, id := range slices.Sorted(maps.Keys(q.p.state.fences)) {
			if f := q.p.state.fences[id]; f["account"] == q.params["account"] {
				rows = append(rows, maps.Clone(f)) // an answer may be messed up
			}
		}
		return object{"total": len(rows), "rows": q.page(rows)}, nil, nil
	}
	answers[openapi.FenceDuration.Name] = inData("rows", rowsFor((*question).fenceStays))
	answers[openapi.RFIDList.Name] = inData("result", rowsFor(func(_ *question, v *vehicle) []object {
		return []object{{"imei": v.imei, "cardId": "0004A1B2C3", "operationTime": stamp(v.start), "photo": ""}}
	}))
	answers[openapi.HealthData.Name] = func(q *question) (any, any, *refusal) {
		averages := object{"avgBloodOxygen": 97, "avgHeartRate": 91, "postTime": stamp(q.now.Truncate(time.Hour)), "step": 0}
		return nil, object{
			"currentSteps": 327, "currentBloodOxygen": 99, "currentHearRate": 70, "historyHealthVOList": []object{averages}, "healthPostTime": stamp(q.now),
		}, nil
	}
	answers[openapi.DLTReport.Name] = func(q *question) (any, any, *refusal) {
		vehicles := q.vehicles
		if len(vehicles) == 0 {
			vehicles = q.fleet()
		}
		rows := make([]object, 0, len(vehicles))
		for _, v := range vehicles {
			point := v.at(v.start)
			rows = append(rows, object{
				"imei": v.imei, "deviceName": q.p.state.name(v), "operationTime": stamp(v.start), "deviceStatus": 1, "status": 0, "dlt": "232000455700107",
				"driverNo": nil, "driverName": "A. Driver", "numberPlate": nil, "coordinates": fmt.Sprintf("%v,%v", point.Lng, point.Lat),
			})
		}
		return nil, rows, nil
	}
	answers[openapi.FileList.Name] = func(*question) (any, any, *refusal) {
		return "2026_05_04_08_00_00.mp4,2026_05_04_08_01_00.mp4,", nil, nil
	}
	answers[openapi.TagDevices.Name] = ok
	answers[openapi.RemoteMedia.Name] = answers[openapi.MediaURL.Name]
	answers[openapi.RTMPURL.Name] = func(q *question) (any, any, *refusal) {
		return "rtmp://stream.invalid/0/" + q.vehicles[0].imei, nil, nil
	}
	child := func(change func(q *question, name string)) answerer {
		return func(q *question) (any, any, *refusal) {
			change(q, q.params["account_id"]+q.params["edit_account"])
			return nil, nil, nil
		}
	}
	answers[openapi.ChildMove.Name] = ok
	answers[openapi.ChildCreate.Name] = child(func(q *question, name string) { q.p.state.children[name] = "9" })
	answers[openapi.ChildUpdate.Name] = child(func(q *question, name string) { q.p.state.children[name] = "9" })
	answers[openapi.ChildDelete.Name] = child(func(q *question, name string) { delete(q.p.state.children, name) })
	answers[openapi.ChildList.Name] = func(q *question) (any, any, *refusal) {
		rows := make([]object, 0, 64)
		for name, typ := range q.p.state.children {
			rows = append(rows, object{"account": name, "type": typ})
		}
		return rows, nil, nil
	}
}

// fenceStays are a device's stays in the account's circles.
func (q *question) fenceStays(v *vehicle) []object {
	out := make([]object, 0, 8)
	for _, f := range q.p.state.fences {
		var lat, lng, radius float64
		if _, err := fmt.Sscanf(fmt.Sprint(f["coordinates"]), "%f,%f", &lat, &lng); err != nil {
			continue
		}
		if _, err := fmt.Sscan(fmt.Sprint(f["radius"]), &radius); err != nil {
			continue
		}
		for _, visit := range v.visits(lat, lng, radius, q.from, q.to) {
			row := object{"imei": v.imei, "deviceName": q.p.state.name(v), "fenceName": f["fence_name"], "enterTime": visit.Enter.UTC().Format(reportTime)}
			if !visit.Exit.IsZero() {
				row["exitTime"], row["duration"] = visit.Exit.UTC().Format(reportTime), strconv.Itoa(int(visit.Exit.Sub(visit.Enter).Seconds()))
			}
			out = append(out, row)
		}
	}
	return out
}

// reportTime is the form of times in reports (A22).
const reportTime = "2006-01-02T15:04:05.000Z"

// command takes a command and gives its id.
func (q *question) command(content string) string {
	id, imei := q.p.id("cmd"), q.vehicles[0].imei
	q.p.state.commands[imei] = append(q.p.state.commands[imei], object{
		"codeId": id, "code": "100", "content": "OK: " + content, "isExecute": "1", "sendTime": stamp(q.now), "sender": q.account.User, "receiveDevice": imei,
	})
	return id
}
