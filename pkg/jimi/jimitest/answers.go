package jimitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

type object = map[string]any

// answer writes an answer. The status is always 200, as the platform's; the
// message says what it likes (A2).
func (p *Platform) answer(w http.ResponseWriter, result, data any, refused *refusal) {
	out := object{"code": 0, "message": "success", "result": result}
	if data != nil {
		out["data"] = data
	}
	if refused != nil {
		p.stats.Refused[strconv.Itoa(refused.code)]++
		out = object{"code": refused.code, "message": refused.message, "result": nil}
	}
	if p.o.Messy {
		p.mess(out, refused != nil)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(out)
}

// mess gives an answer another of the shapes that occur.
func (p *Platform) mess(out object, refused bool) {
	if _, ok := out["data"]; !ok && p.random.IntN(3) == 0 {
		out["data"] = nil
	}
	if p.random.IntN(3) == 0 {
		out["code"] = fmt.Sprint(out["code"])
	}
	if refused {
		out["message"] = fmt.Sprint(out["message"]) + "   "
		return
	}
	if p.random.IntN(2) == 0 {
		out["message"] = "Vehicle information modification successful "
	}
	rows, ok := out["result"].([]object)
	if !ok {
		return
	}
	for _, r := range rows {
		p.messRow(r)
	}
	switch p.random.IntN(3) {
	case 0:
		out["result"], out["data"] = nil, object{"rows": rows}
	case 1:
		out["result"], out["data"] = nil, object{"result": rows}
	}
}

// textual are the fields that the platform may write as strings (A12).
var textual = []string{"speed", "direction", "gpsNum", "status", "accStatus", "currentMileage", "electQuantity", "distance", "durSecond", "stopSecond"}

func (p *Platform) messRow(r object) {
	for _, name := range textual {
		if v, ok := r[name]; ok && p.random.IntN(2) == 0 {
			r[name] = fmt.Sprint(v)
		}
	}
	for name, nothing := range map[string]any{"temperature": "", "trackerOil": "0.00L", "batteryPowerVal": nil, "distance": "-1"} {
		if _, there := r[name]; !there && p.random.IntN(3) == 0 {
			r[name] = nothing
		}
	}
	// Both spellings of an alarm's fields occur.
	if r["alertTypeId"] != nil && p.random.IntN(2) == 0 {
		r["alarmType"], r["alarmTime"] = r["alertTypeId"], r["alertTime"]
		delete(r, "alertTypeId")
		delete(r, "alertTime")
	}
}

// call answers a method of an account.
func (p *Platform) call(a Account, method string, params map[string]string) (result, data any, refused *refusal) {
	m, known := openapi.Lookup(method)
	if !known {
		return nil, nil, &refusal{codeMethod, "Invalid method"}
	}
	info := m.Info()
	q := &question{p: p, account: a, params: params, now: p.o.Now(), info: info}
	if refused := q.check(); refused != nil {
		return nil, nil, refused
	}
	answer := answers[method]
	if result, data, refused = answer(q); refused == nil {
		ask := Ask{At: q.now, Method: method, From: q.from, To: q.to, Agent: params[agentParam]}
		for _, v := range q.vehicles {
			ask.IMEIs = append(ask.IMEIs, v.imei)
		}
		p.asks = append(p.asks, ask)
	}
	return result, data, refused
}

// A question is one call whose parameters have been checked.
type question struct {
	p        *Platform
	account  Account
	params   map[string]string
	now      time.Time
	info     openapi.Info
	vehicles []*vehicle
	from, to time.Time
}

// check reads what many methods have: devices, a time, pages.
func (q *question) check() *refusal {
	bad := func(what string) *refusal { return &refusal{codeParameter, "Parameter validation: " + what} }
	for _, param := range q.info.Params {
		text := q.params[param.Name]
		if text == "" {
			if param.Required {
				return bad(param.Name)
			}
			continue
		}
		switch {
		case param.Type == "time":
			t, err := time.Parse(time.DateTime, text)
			if err != nil {
				return bad(param.Name)
			}
			if strings.HasPrefix(param.Name, "begin") || strings.HasPrefix(param.Name, "start") {
				q.from = t
			} else {
				q.to = t
			}
		case param.Name == "imeis" || param.Name == "imei_list" || param.Name == "imei":
			imeis := strings.Split(text, ",")
			if q.info.IMEIs > 0 && len(imeis) > q.info.IMEIs {
				return &refusal{220, "Too many IMEIs"}
			}
			for _, imei := range imeis {
				v := q.p.byIMEI[imei]
				if v == nil || q.p.ownerOf[imei] != q.account.User {
					return &refusal{codeForeign, "Illegal device"}
				}
				q.vehicles = append(q.vehicles, v)
			}
		case param.Name == "target" || param.Name == "account":
			if text != q.account.User && text != q.account.Target && q.p.state.children[text] == "" && !strings.Contains(q.info.Name, "child") {
				return &refusal{codeForeign, "Illegal account"}
			}
		}
	}
	if !q.from.IsZero() && !q.to.IsZero() {
		if q.to.Before(q.from) || q.info.Span > 0 && q.to.Sub(q.from) > q.info.Span {
			return bad("time range")
		}
	}
	if size := q.params["page_size"]; size != "" {
		if n, err := strconv.Atoi(size); err != nil || n < 1 || n > 100 {
			return bad("page_size")
		}
	}
	if q.to.IsZero() || q.to.After(q.now) {
		q.to = q.now
	}
	return nil
}

// page cuts rows as the call asks, and to what the platform gives at most.
func (q *question) page(rows []object) []object {
	if q.info.MaxRows > 0 && len(rows) > q.info.MaxRows {
		rows = rows[:q.info.MaxRows]
	}
	size, _ := strconv.Atoi(q.params["page_size"])
	if size == 0 {
		if q.params["page_no"] == "" && q.params["start_row"] == "" {
			return rows
		}
		size = 50
	}
	start := 0
	if n, err := strconv.Atoi(q.params["page_no"]); err == nil {
		start = (n - 1) * size
		if strings.Contains(q.info.Name, "jimi.media.URL") { // counts from 0 (A24)
			start = n * size
		}
	} else if n, err := strconv.Atoi(q.params["start_row"]); err == nil {
		start = n
	}
	start = max(0, min(start, len(rows)))
	return rows[start:min(start+size, len(rows))]
}

// fleet are the vehicles of the account.
func (q *question) fleet() []*vehicle {
	var out []*vehicle
	for _, v := range q.p.vehicles {
		if q.p.ownerOf[v.imei] == q.account.User {
			out = append(out, v)
		}
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.DateTime) }

func acc(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func accWord(on bool) string {
	if on {
		return "ON"
	}
	return "OFF"
}

func (q *question) location(v *vehicle) object {
	point, ok := v.last(q.now)
	out := object{
		"imei": v.imei, "deviceName": q.p.state.name(v), "icon": "automobile", "mcType": "VL01", "status": "1",
		"expireFlag": "1", "activationFlag": "1", "posType": "GPS", "hbTime": stamp(q.now.Truncate(time.Minute)), "electQuantity": "95",
	}
	if !ok {
		out["lat"], out["lng"], out["gpsTime"] = 0, 0, nil
		return out
	}
	out["lat"], out["lng"], out["gpsTime"] = point.Lat, point.Lng, stamp(point.Time)
	out["speed"], out["direction"], out["gpsNum"] = fmt.Sprint(point.SpeedKMH), strconv.Itoa(point.HeadingDeg), strconv.Itoa(point.Satellites)
	out["accStatus"], out["currentMileage"] = acc(point.ACC), round(point.OdometerM/1000, 3)
	return out
}

type answerer func(*question) (result, data any, refused *refusal)

func rowsFor(each func(q *question, v *vehicle) []object) answerer {
	return func(q *question) (any, any, *refusal) {
		rows := make([]object, 0, 64)
		for _, v := range q.vehicles {
			rows = append(rows, each(q, v)...)
		}
		return q.page(rows), nil, nil
	}
}

// inData puts rows where reports have them (A2).
func inData(name string, a answerer) answerer {
	return func(q *question) (any, any, *refusal) {
		rows, _, refused := a(q)
		if refused != nil {
			return nil, nil, refused
		}
		return nil, object{name: rows}, nil
	}
}

func ok(*question) (any, any, *refusal) { return nil, nil, nil }

// answers has every method.
var answers map[string]answerer

func init() { //nolint:gochecknoinits // the table refers to methods that refer to it
	answers = map[string]answerer{
		openapi.TokenGet.Name:     (*question).tokenGet,
		openapi.TokenRefresh.Name: (*question).tokenRefresh,

		openapi.DeviceList.Name: func(q *question) (any, any, *refusal) {
			rows := make([]object, 0, 64)
			for _, v := range q.fleet() {
				rows = append(rows, q.p.state.device(v))
			}
			return rows, nil, nil
		},
		openapi.DeviceDetail.Name: func(q *question) (any, any, *refusal) {
			d := q.p.state.device(q.vehicles[0])
			d["account"] = q.account.User
			return d, nil, nil
		},
		openapi.LocationList.Name: (*question).sweep,
		openapi.LocationGet.Name: rowsFor(func(q *question, v *vehicle) []object {
			return []object{q.location(v)}
		}),
		openapi.LocationShare.Name: func(q *question) (any, any, *refusal) {
			return object{"URL": "https://share.invalid/" + q.vehicles[0].imei}, nil, nil
		},
		openapi.TrackList.Name: func(q *question) (any, any, *refusal) {
			rows := make([]object, 0, 64)
			for _, point := range q.vehicles[0].fixes(q.from, q.to) {
				rows = append(rows, object{
					"lat": point.Lat, "lng": point.Lng, "gpsTime": stamp(point.Time), "direction": point.HeadingDeg, "gpsSpeed": point.SpeedKMH,
					"posType": 1, "satellite": point.Satellites, "ignition": accWord(point.ACC), "accStatus": accWord(point.ACC), "gpsMode": 0, "confidence": nil,
				})
			}
			return rows, object{"mileage": 0}, nil
		},
		openapi.TrackMileage.Name: rowsFor(func(q *question, v *vehicle) (out []object) {
			for _, t := range v.trips(q.from, q.to) {
				out = append(out, object{
					"imei": v.imei, "startTime": stamp(t.Start), "endTime": stamp(t.End), "distance": round(t.DistanceM, 0),
					"avgSpeed": round(t.DistanceM/t.End.Sub(t.Start).Seconds()*3.6, 1), "runTimeSecond": int(t.End.Sub(t.Start).Seconds()),
				})
			}
			return out
		}),
		openapi.ReportParking.Name: inData("rows", (*question).parkings),
		openapi.ReportTrips.Name:   (*question).tripReport,
		openapi.LBSAddress.Name: func(q *question) (any, any, *refusal) {
			point, _ := q.vehicles[0].last(q.now)
			return object{"lat": point.Lat, "lng": point.Lng, "accuracy": 0}, nil, nil
		},
		openapi.TagLocation.Name: func(q *question) (any, any, *refusal) {
			point, _ := q.vehicles[0].last(q.now)
			return object{"imei": point.IMEI, "lat": point.Lat, "lng": point.Lng, "gpsTime": point.Time.Unix(), "gpsSpeed": 0, "positionType": "5", "gpsNum": 0}, nil, nil
		},
		openapi.AlarmList.Name: rowsFor(func(q *question, v *vehicle) (out []object) {
			for _, a := range v.alarms(q.from, q.to) {
				out = append(out, object{
					"imei": v.imei, "deviceName": q.p.state.name(v), "model": "VL01", "account": q.account.User, "alertTypeId": a.Code,
					"alarmTypeName": a.Name, "alertTime": stamp(a.Time), "positioningTime": stamp(a.Time), "lat": a.Lat, "lng": a.Lng, "speed": fmt.Sprint(a.SpeedKMH), "geoid": nil,
				})
			}
			return out
		}),
		openapi.OBDList.Name: inData("result", rowsFor(func(q *question, v *vehicle) (out []object) {
			for t := q.from.Truncate(time.Minute); !t.After(q.to); t = t.Add(time.Minute) {
				if point := v.at(t); point.ACC && !t.Before(q.from) && !t.Before(v.start) {
					out = append(out, object{
						"imei": v.imei, "dataReportTime": stamp(t), "odometerReading": fmt.Sprint(round(point.OdometerM/1000, 1)), "remainingFuel": nil,
						"remainingFuelPercentage": "58", "coolantTemperature": "88", "vehicleBatterVoltage": "138", "currentRPM": strconv.Itoa(1200 + int(point.SpeedKMH)*25),
						"currentSpeed": fmt.Sprint(point.SpeedKMH), "vin": "WDB0000000" + v.imei[8:],
					})
				}
			}
			return out
		})),
		openapi.OBDFault.Name: inData("result", rowsFor(func(q *question, v *vehicle) (out []object) {
			for t := q.from.Truncate(sensorEvery); v.sensors.faulty && !t.After(q.to); t = t.Add(sensorEvery) {
				if _, open := v.fault(t); open && !t.Before(q.from) && !t.Before(v.start) {
					out = append(out, object{"imei": v.imei, "deviceName": q.p.state.name(v), "eventTime": stamp(t), "faultCode": FaultCode, "faultDetail": "Cylinder 1 misfire"})
				}
			}
			return out
		})),
	}
	addKept(answers)
}

// sweep leaves devices out at random, as the platform does (A34).
func (q *question) sweep() (any, any, *refusal) {
	rows := make([]object, 0, 64)
	for _, v := range q.fleet() {
		if q.p.o.LeaveOut > 0 && q.p.random.Float64() < q.p.o.LeaveOut {
			q.p.stats.LeftOut++
			continue
		}
		rows = append(rows, q.location(v))
	}
	return rows, nil, nil
}

func (q *question) parkings() (any, any, *refusal) {
	rows := make([]object, 0, 64)
	if q.params["acc_type"] == "off" {
		for _, v := range q.vehicles {
			v.cycles(q.from, q.to, func(begin time.Time, _ int64, c *cycle) {
				from := begin.Add(c.drive)
				to := from.Add(c.rest)
				if from.Before(q.from) || to.After(q.to) {
					return
				}
				point := v.at(from)
				seconds := strconv.Itoa(int(to.Sub(from).Seconds()))
				rows = append(rows, object{
					"imei": v.imei, "startTime": from.UTC().Format(reportTime), "endTime": to.UTC().Format(reportTime), "durSecond": seconds, "stopSecond": seconds,
					"lat": point.Lat, "lng": point.Lng, "addr": "Somewhere", "deviceName": q.p.state.name(v), "acc": "off",
				})
			})
		}
	}
	return q.page(rows), nil, nil
}

// tripReport gives the trips of each device by day, or the sums of each day.
// The manual has the lists' names the wrong way round, as the platform has.
func (q *question) tripReport() (any, any, *refusal) {
	devices, days := make([]object, 0, len(q.vehicles)), make([]object, 0, len(q.vehicles))
	for _, v := range q.vehicles {
		byDay := map[string][]object{}
		for _, t := range v.trips(q.from, q.to) {
			from, to, seconds := v.at(t.Start), v.at(t.End), t.End.Sub(t.Start).Seconds()
			date := t.Start.UTC().Format(time.DateOnly)
			byDay[date] = append(byDay[date], object{
				"imei": v.imei, "startTime": stamp(t.Start), "endTime": stamp(t.End),
				"startLat": fmt.Sprint(from.Lat), "startLng": fmt.Sprint(from.Lng), "endLat": fmt.Sprint(to.Lat), "endLng": fmt.Sprint(to.Lng),
				"totalMileage": fmt.Sprint(round(t.DistanceM/1000, 3)), "travelTime": strconv.Itoa(int(seconds)),
				"averageSpeed": fmt.Sprint(round(t.DistanceM/seconds*3.6, 1)), "maxSpeed": nil, "fuel": nil, "oilWear": nil,
			})
		}
		trips := make([]object, 0, len(byDay))
		for _, date := range slices.Sorted(maps.Keys(byDay)) {
			trips = append(trips, object{"Searchdate": date, "tripNum": len(byDay[date]), "dayData": byDay[date]})
			days = append(days, object{"deviceName": q.p.state.name(v), "deviceImei": v.imei, "data": object{"date": date, "totalTrips": strconv.Itoa(len(byDay[date]))}})
		}
		devices = append(devices, object{"imei": v.imei, "deviceName": q.p.state.name(v), "tripsData": trips, "inTotal": object{}})
	}
	if q.params["type"] == openapi.TripsADay {
		return nil, object{"datDatas": q.page(days)}, nil
	}
	return nil, object{"dayList": q.page(devices)}, nil
}

// tokenGet gives a new token; it ends the one that the key and account had
// (A9).
func (q *question) tokenGet() (any, any, *refusal) {
	p, a := q.p, q.account
	if q.params["user_id"] != a.User || q.params["user_pwd_md5"] != a.PasswordMD5 {
		return nil, nil, &refusal{codeToken, "user or password error"}
	}
	if old := p.live[a.AppKey]; old != nil && q.now.Sub(old.fetched) < p.o.TokenGetEvery {
		return nil, nil, &refusal{codeRate, "Request too frequent"}
	}
	return q.issue(), nil, nil
}

func (q *question) tokenRefresh() (any, any, *refusal) {
	old := q.p.tokens[q.params["access_token"]]
	if old == nil || old.refresh != q.params["refresh_token"] {
		return nil, nil, &refusal{codeToken, "refresh_token error"}
	}
	old.expires = q.now // replaced by its own holder: no token of another was ended
	return q.issue(), nil, nil
}

func (q *question) issue() object {
	p, a := q.p, q.account
	if old := p.live[a.AppKey]; old != nil && q.now.Before(old.expires) {
		old.ended = true
		p.stats.EndedWhileValid++
	}
	life := p.o.TokenLife
	if s, err := strconv.Atoi(q.params["expires_in"]); err == nil && time.Duration(s)*time.Second < life {
		life = time.Duration(s) * time.Second
	}
	p.stats.Tokens++
	access := fmt.Sprintf("%016x%016x", p.random.Uint64(), p.random.Uint64())
	t := &token{access: access, refresh: access, account: a, fetched: q.now, expires: q.now.Add(life)}
	p.tokens[access], p.live[a.AppKey] = t, t
	if agent := q.params[agentParam]; agent != "" && !slices.Contains(p.stats.Holders, agent) {
		p.stats.Holders = append(p.stats.Holders, agent)
	}
	var expires any = int(life.Seconds())
	if p.o.Messy && p.random.IntN(2) == 0 {
		expires = strconv.Itoa(int(life.Seconds()))
	}
	return object{"appKey": a.AppKey, "account": a.User, "accessToken": access, "expiresIn": expires, "refreshToken": access, "time": stamp(q.now)}
}
