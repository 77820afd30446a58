package grafana

// A variable is a choice above a dashboard, of the values that a query finds:
// the value, and the text that stands for it.
type variable struct {
	name, label, description, sql string
	one                           bool // one value; else several, or all
}

var (
	groupVariable = variable{
		name: "group", label: "Group", description: "groups of devices, as the platform names them",
		sql: `SELECT DISTINCT group_name FROM devices_now WHERE group_name != '' ORDER BY group_name`,
	}
	deviceVariable = variable{
		name: "device", label: "Device", description: "name or plate, and IMEI; an IMEI that is not in the list can be typed",
		sql: deviceList,
	}
	oneDeviceVariable = variable{
		name: "device", label: "Device", description: "name or plate, and IMEI; an IMEI that is not in the list can be typed",
		sql: deviceList, one: true,
	}
	fenceVariable = variable{
		name: "fence", label: "Fence", description: "geofences as defined now",
		sql: `SELECT fence_id, if(name = '', fence_id, name) AS text FROM fences_now ORDER BY text, fence_id`,
	}
)

// deviceList has at most as many as a browser can hold.
var deviceList = flush(`
	SELECT imei, concat(if(plate != '', plate, name), if(plate != '' OR name != '', ' · ', ''), imei) AS text
	FROM device_health
	WHERE $__conditionalAll(group_name IN (${group:singlequote}), $group)
	ORDER BY text
	LIMIT 5000`)

// chosen is the condition on a table's devices: those that were chosen, of the
// groups that were chosen.
const chosen = `$__conditionalAll(imei IN (${device:singlequote}), $device)
	AND $__conditionalAll(imei IN (SELECT imei FROM devices_now WHERE group_name IN (${group:singlequote})), $group)`

func variables(list []variable) []object {
	out := make([]object, len(list))
	for i, v := range list {
		out[i] = v.json()
	}
	return out
}

func (v variable) json() object {
	o := object{
		"type": "query", "name": v.name, "label": v.label, "description": v.description,
		"datasource": clickhouse.ref(), "definition": v.sql, "refresh": 1, "sort": 0, "hide": 0, "regex": "",
		"multi": !v.one, "includeAll": !v.one, "allowCustomValue": true, "skipUrlSync": false, "options": []object{},
		"query": v.sql, "current": object{"selected": false, "text": "", "value": ""},
	}
	if !v.one {
		o["current"] = object{"selected": true, "text": []string{"All"}, "value": []string{"$__all"}}
	}
	return o
}
