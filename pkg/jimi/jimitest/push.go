package jimitest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// PushOptions say where and how the platform pushes.
type PushOptions struct {
	URL   string // of the receiver
	Token string

	// Shares of the items that are sent twice, later than others, and long
	// after their time as a re-upload (gpsMode 1).
	Duplicates, Disorder, Late float64
	// Shares of the fixes at rest that drift by some metres, and of all fixes
	// that jump far away; both are false fixes beside the true ones.
	Drift, Jumps float64
	Faults       float64   // share of the fixes beside which a spoilt one is sent
	OpenAPI, Tag bool      // push alarms by the Open API push as well, and TAG points
	Since        time.Time // begin with what was due from then on; zero: now
	Every        time.Duration
	Batch        int
	HTTP         *http.Client
	OnAccepted   func(items int)
}

// PushReport is what a push came to.
type PushReport struct {
	Items    int // that the receiver took
	Requests int
}

// An item is one item that is due.
type item struct {
	path    string // of the push; empty: the Open API push
	imei    string
	due     time.Time
	content object
}

const (
	heartbeatEvery = 3 * time.Minute
	lateBy         = 20 * time.Minute
	disorderBy     = 15 * time.Second
)

// Push sends everything that is due, as the platform's clock goes, until ctx is
// done. A receiver that does not take a request is asked again: what the
// receiver has taken is in the report.
func (p *Platform) Push(ctx context.Context, o PushOptions) (PushReport, error) {
	if o.Every == 0 {
		o.Every = 500 * time.Millisecond
	}
	if o.Batch == 0 {
		o.Batch = 50
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	s := &pusher{p: p, o: o, random: rand.New(rand.NewPCG(uint64(p.o.Seed), 11))}
	from := p.o.Now()
	if !o.Since.IsZero() {
		from = o.Since
	}
	for _, v := range p.vehicles {
		s.add(item{"/pushevent", v.imei, from, object{"deviceImei": v.imei, "gateTime": stamp(from), "type": "LOGIN", "timezone": "UTC"}})
		if point, ok := v.last(from); ok { // where it is, as devices say when they log in
			s.fix(v, point)
		}
	}
	tick := time.NewTicker(o.Every)
	defer tick.Stop()
	for {
		now := p.o.Now()
		s.gather(from, now)
		from = now
		if err := s.flush(ctx, now); err != nil {
			if ctx.Err() != nil {
				return s.report, nil
			}
			return s.report, err
		}
		select {
		case <-ctx.Done():
			return s.report, nil
		case <-tick.C:
		}
	}
}

type pusher struct {
	p      *Platform
	o      PushOptions
	random *rand.Rand
	queue  []item
	report PushReport
}

func (s *pusher) add(it item) { s.queue = append(s.queue, it) }

func (s *pusher) chance(share float64) bool { return share > 0 && s.random.Float64() < share }

// gather queues what the devices have made in (from, to].
func (s *pusher) gather(from, to time.Time) {
	first := from.Truncate(time.Second).Add(time.Second)
	for _, v := range s.p.vehicles {
		for _, point := range v.fixes(first, to) {
			s.fix(v, point)
		}
		for t := first.Truncate(heartbeatEvery); !t.After(to); t = t.Add(heartbeatEvery) {
			if !t.Before(first) {
				s.heartbeat(v, t)
			}
		}
		for t := first.Truncate(sensorEvery); !t.After(to); t = t.Add(sensorEvery) {
			if !t.Before(first) {
				s.readings(v, t)
			}
		}
		s.cards(v, first, to)
		for _, a := range v.alarms(first, to) {
			s.alarm(a)
		}
	}
}

func (s *pusher) fix(v *vehicle, point Point) {
	s.p.mu.Lock()
	missed := s.p.cutAt(v.imei, point.Time)
	if missed {
		s.p.stats.NotPushed++
	}
	s.p.mu.Unlock()
	if missed {
		return
	}
	it := item{"/pushgps", v.imei, point.Time, object{
		"deviceImei": v.imei, "gpsTime": stamp(point.Time), "gateTime": stamp(point.Time.Add(time.Second)), "lat": point.Lat, "lng": point.Lng,
		"satelliteNum": point.Satellites, "gpsSpeed": point.SpeedKMH, "direction": point.HeadingDeg, "acc": acc(point.ACC), "postType": 1, "postMethod": 0,
		"status": 3, "altitude": 34, "distance": point.OdometerM, "gpsMode": 0,
	}}
	switch {
	case s.chance(s.o.Late):
		it.due = it.due.Add(lateBy)
		it.content["gpsMode"] = 1
	case s.chance(s.o.Disorder):
		it.due = it.due.Add(disorderBy)
	}
	s.add(it)
	if s.chance(s.o.Duplicates) {
		again := it
		again.due = it.due.Add(time.Duration(1+s.random.IntN(60)) * time.Second)
		s.add(again)
	}
	if s.chance(s.o.Faults) {
		s.spoilt(it)
	}
	if !point.ACC && s.chance(s.o.Drift) {
		s.false(it, 0.0002)
	}
	if s.chance(s.o.Jumps) {
		s.false(it, 3)
	}
}

// false adds a fix a second later that is off by some degrees.
func (s *pusher) false(it item, degrees float64) {
	content := maps.Clone(it.content)
	at, _ := time.Parse(time.DateTime, content["gpsTime"].(string))
	content["gpsTime"] = stamp(at.Add(time.Second))
	content["lat"] = round(content["lat"].(float64)+degrees*(s.random.Float64()-0.5), 6)
	content["lng"] = round(content["lng"].(float64)+degrees*(s.random.Float64()-0.5), 6)
	s.add(item{it.path, it.imei, it.due.Add(time.Second), content})
}

// faults are the ways in which a fix may be spoilt: each is a dead letter.
var faults = []struct {
	field string
	value any
}{
	{"lat", 95}, {"lat", ""}, {"gpsTime", "1970-01-01 00:00:00"}, {"gpsTime", "2026-02-30 10:00:00"}, {"deviceImei", nil},
}

// spoilt adds a fix that nobody can use beside a good one.
func (s *pusher) spoilt(it item) {
	content := maps.Clone(it.content)
	f := faults[s.random.IntN(len(faults))]
	content[f.field] = f.value
	s.add(item{it.path, it.imei, it.due, content})
}

func (s *pusher) heartbeat(v *vehicle, t time.Time) {
	driving := v.driving(t)
	s.add(item{"/pushhb", v.imei, t, object{
		"deviceImei": v.imei, "gateTime": stamp(t), "powerLevel": 95, "gsmSign": 72, "acc": acc(driving), "powerStatus": 1, "fortify": 0, "oilEle": 0, "gpsPos": 1,
	}})
	if driving {
		point := v.at(t)
		s.add(item{"/pushobd", v.imei, t, object{
			"deviceImei": v.imei, "obdJson": object{
				"car_type": 2, "push_time": stamp(t.Add(time.Second)), "event_time": stamp(t), "AccState": 1, "statusFlags": 0,
				"lat": point.Lat, "lng": point.Lng, "dataID1": 1200 + 25*int(point.SpeedKMH), "dataID2": round(point.SpeedKMH, 0),
			},
		}})
	}
}

// readings are what the vehicle's sensors say at a time, references 10.7, 10.9
// and 10.21.
func (s *pusher) readings(v *vehicle, t time.Time) {
	point := v.at(t)
	if v.sensors.fuel {
		s.add(item{"/pushoil", v.imei, t, object{
			"deviceImei": v.imei, "path": 1, "gateTime": stamp(t), "value": math.Round(v.fuelL(t) * 100), "unit": 4, "gpsTime": stamp(t), "lat": point.Lat, "lng": point.Lng,
		}})
	}
	if v.sensors.cooled {
		s.add(item{"/pushtem", v.imei, t, object{"deviceImei": v.imei, "tem": round(v.cargoC(t), 1), "hum": 61, "gateTime": stamp(t), "postTime": stamp(t)}})
	}
	if reports, open := v.fault(t); v.sensors.faulty && reports {
		codes := []string{}
		if open {
			codes = append(codes, FaultCode)
		}
		s.add(item{"/pushfaultinfo", v.imei, t, object{
			"deviceImei": v.imei, "gateTime": stamp(t), "faultCodeList": codes, "faultNum": len(codes), "statusFlags": len(codes), "lat": point.Lat, "lng": point.Lng, "eventTime": t.Unix(),
		}})
	}
}

// cards are those that drivers hold to the reader, reference 10.5.
func (s *pusher) cards(v *vehicle, from, to time.Time) {
	if v.signsIn != byCard {
		return
	}
	v.cycles(from, to, func(begin time.Time, n int64, _ *cycle) {
		t := begin.Add(signInAfter)
		if t.Before(from) || t.After(to) {
			return
		}
		point := v.at(t)
		s.add(item{"/rfid", v.imei, t, object{
			"moduleType": "RF01", "deviceImei": v.imei, "gateTime": stamp(t), "postTime": stamp(t), "value": v.card(n), "gpsTime": stamp(t), "lat": point.Lat, "lng": point.Lng,
		}})
	})
}

func (s *pusher) alarm(a Alarm) {
	msg := object{
		"imei": a.IMEI, "alertType": a.Code, "alarmTime": stamp(a.Time), "lat": a.Lat, "lng": a.Lng, "gpsSpeed": a.SpeedKMH,
		"satelliteNum": a.Satellites, "voltage": 138.0,
	}
	if a.Driver != "" {
		msg["driverName"] = a.Driver
	}
	s.add(item{"/pushalarm", a.IMEI, a.Time, object{
		"type": "DEVICE", "msgClass": 0, "imei": a.IMEI, "gateTime": stamp(a.Time.Add(time.Second)), "msg": msg,
	}})
	if s.o.OpenAPI {
		s.add(item{"", a.IMEI, a.Time, object{
			"imei": a.IMEI, "deviceName": a.IMEI, "alarmType": a.Code, "alarmName": a.Name, "alarmTime": stamp(a.Time), "lat": a.Lat, "lng": a.Lng,
		}})
	}
	if s.o.Tag {
		s.add(item{"/api/v1/tag/data/push", a.IMEI, a.Time, object{"imei": a.IMEI, "lat": a.Lat, "lng": a.Lng, "gpsTime": a.Time.UnixMilli(), "confidence": 2}})
	}
}

// flush sends what is due, in the order in which it is due.
func (s *pusher) flush(ctx context.Context, now time.Time) error {
	slices.SortStableFunc(s.queue, func(a, b item) int { return a.due.Compare(b.due) })
	due, _ := slices.BinarySearchFunc(s.queue, now, func(it item, t time.Time) int { return cmp.Or(it.due.Compare(t), -1) })
	groups := map[string][]item{}
	for _, it := range s.queue[:due] {
		groups[it.path] = append(groups[it.path], it)
	}
	s.queue = slices.Clone(s.queue[due:])
	for _, path := range []string{"/pushevent", "/pushgps", "/pushhb", "/pushalarm", "/pushobd", "/pushoil", "/pushtem", "/rfid", "/pushfaultinfo", "/api/v1/tag/data/push"} {
		for portion := range slices.Chunk(groups[path], s.o.Batch) {
			if err := s.send(ctx, path, portion); err != nil {
				return err
			}
		}
	}
	for _, it := range groups[""] { // one object a request
		if err := s.send(ctx, "", []item{it}); err != nil {
			return err
		}
	}
	return nil
}

// send sends a request until the receiver takes it.
func (s *pusher) send(ctx context.Context, path string, items []item) error {
	list := make([]object, 0, len(items))
	for _, it := range items {
		list = append(list, it.content)
	}
	address, contentType := strings.TrimSuffix(s.o.URL, "/"), "application/x-www-form-urlencoded"
	var body []byte
	switch path {
	case "":
		address += "/t/" + url.PathEscape(s.o.Token) + "/openapi"
		data, err := json.Marshal(list[0])
		if err != nil {
			return err
		}
		body = []byte(url.Values{"msgType": {"jimi.push.device.alarm"}, "data": {string(data)}}.Encode())
	case "/api/v1/tag/data/push":
		address += "/t/" + url.PathEscape(s.o.Token) + path
		contentType = "application/json"
		var err error
		if body, err = json.Marshal(list); err != nil {
			return err
		}
	default:
		address += path
		data, err := json.Marshal(list)
		if err != nil {
			return err
		}
		body = []byte(url.Values{"token": {s.o.Token}, "data_list": {string(data)}}.Encode())
	}
	for {
		err := s.post(ctx, address, contentType, body)
		if err == nil {
			s.report.Items += len(items)
			s.report.Requests++
			s.p.mu.Lock()
			s.p.stats.Pushed[path] += len(items)
			s.p.mu.Unlock()
			if s.o.OnAccepted != nil {
				s.o.OnAccepted(len(items))
			}
			return nil
		}
		s.p.mu.Lock()
		s.p.stats.PushRefused++
		s.p.mu.Unlock()
		var final *finalError
		if errors.As(err, &final) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.o.Every):
		}
	}
}

// A finalError is an answer that the same request will get again.
type finalError struct{ status int }

func (e *finalError) Error() string {
	return fmt.Sprintf("the receiver refuses pushes: HTTP %d", e.status)
}

func (s *pusher) post(ctx context.Context, address, contentType string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := s.o.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests:
		return &finalError{resp.StatusCode}
	}
	return fmt.Errorf("HTTP %d", resp.StatusCode)
}
