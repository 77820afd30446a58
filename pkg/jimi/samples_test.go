package jimi_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

// sample reads one of the platform's official samples, which are not part of
// the project: ODOGRAPH_DATA says where they lie.
func sample(t *testing.T, path string) []byte {
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	b, err := os.ReadFile(filepath.Join(dir, "tracksolid_samples", path))
	if os.IsNotExist(err) && os.Getenv("CI") != "true" {
		t.Skipf("no official samples: %v (set ODOGRAPH_DATA)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pushed gives the items of a form body.
func pushed(t *testing.T, path, field string) []json.RawMessage {
	form, err := url.ParseQuery(string(bytes.TrimSpace(sample(t, path))))
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(form.Get(field))
	if field == "data" {
		return []json.RawMessage{text}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		t.Fatal(err)
	}
	return items
}

func polled(t *testing.T, path string) []json.RawMessage {
	var answer struct{ Result []json.RawMessage }
	if err := json.Unmarshal(sample(t, path), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Result
}

func utc(s string) time.Time {
	t, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return t
}

func sameRecord(t *testing.T, got, want any) {
	t.Helper()
	g, err := schema.Encode(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := schema.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g, w) {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

func fixOf(t *testing.T, kind string, item []byte) (*jimi.Raw, *schema.Fix) {
	raw := rawItem(kind, item)
	var fix schema.Fix
	if err := jimi.DecodeFix(&fix, raw); err != nil {
		t.Fatal(err)
	}
	return raw, &fix
}

func baseItem(raw *jimi.Raw, imei string) schema.Item {
	return schema.Item{IMEI: imei, ReceivedTime: received, Source: raw.Headers.Source, Account: "acme", Place: raw.Place}
}

func TestOfficialGPSPush(t *testing.T) {
	items := pushed(t, "push/pushgps__official-wire.txt", "data_list")
	if len(items) != 1 {
		t.Fatalf("%d items", len(items))
	}
	raw, fix := fixOf(t, jimi.KindGPS, items[0])
	sameRecord(t, fix, &schema.Fix{
		Item: baseItem(raw, "867096903771954"), FixTime: utc("2023-01-13 02:24:37"), GateTime: schema.Some(utc("2023-01-13 02:24:38")),
		Lat: 22.576539, Lng: 113.942885, SpeedKMH: schema.Some(0.0), HeadingDeg: schema.Some(155.0), Satellites: schema.Some[int32](7),
		ACC: schema.Some(true), AltitudeM: schema.Some(0.0), OdometerM: schema.Some(698.0), PosType: schema.PosGPS,
		GPSMode: schema.Some[int32](0), Status: schema.Some[int64](262147),
	})
}

func TestOfficialLocations(t *testing.T) {
	for path, kind := range map[string]string{
		"poll/jimi.user.device.location.list__official.json": jimi.KindLocationList,
		"poll/jimi.device.location.get__official.json":       jimi.KindLocationGet,
	} {
		items := polled(t, path)
		if len(items) != 1 {
			t.Fatalf("%s: %d items", path, len(items))
		}
		raw, fix := fixOf(t, kind, items[0])
		want := &schema.Fix{
			Item: baseItem(raw, "868557747235513"), FixTime: utc("2017-04-26 09:17:46"), Lat: 22.577282, Lng: 113.916604,
			SpeedKMH: schema.Some(0.0), ACC: schema.Some(false), PosType: schema.PosGPS,
		}
		if kind == jimi.KindLocationGet {
			want.Satellites, want.OdometerM = schema.Some[int32](11), schema.Some(86500.0)
		}
		sameRecord(t, fix, want)
	}
}

func TestOfficialTrack(t *testing.T) {
	items := polled(t, "poll/jimi.device.track.list__official.json")
	if len(items) != 2 {
		t.Fatalf("%d items", len(items))
	}
	raw, first := fixOf(t, jimi.KindTrackList, items[0])
	sameRecord(t, first, &schema.Fix{
		Item: baseItem(raw, keyOfTrack), FixTime: utc("2017-04-26 00:00:58"), Lat: 22.577144898887813, Lng: 113.91674845964586,
		HeadingDeg: schema.Some(0.0), Satellites: schema.Some[int32](0), ACC: schema.Some(true), PosType: schema.PosWiFi,
	})
	raw, second := fixOf(t, jimi.KindTrackList, items[1])
	sameRecord(t, second, &schema.Fix{
		Item: baseItem(raw, keyOfTrack), FixTime: utc("2017-04-26 00:01:30"), Lat: 22.57708, Lng: 113.916631, SpeedKMH: schema.Some(0.0),
		HeadingDeg: schema.Some(184.0), Satellites: schema.Some[int32](0), ACC: schema.Some(true), PosType: schema.PosGPS,
	})
}

func TestOfficialAlarms(t *testing.T) {
	push := pushed(t, "push/pushalarm__official-jimi-wire.txt", "data_list")[0]
	open := pushed(t, "push/openapi-alarm__official-wire.txt", "data")[0]
	poll := polled(t, "poll/jimi.device.alarm.list__official.json")[0]
	for _, c := range []struct {
		kind string
		item []byte
		want schema.Alarm
	}{
		{"pushalarm", push, schema.Alarm{
			Item: schema.Item{IMEI: "751311066263452"}, EventTime: utc("2024-12-31 03:26:34"), GateTime: schema.Some(utc("2025-01-07 11:06:05")),
			Code: "212", Lat: schema.Some(22.576649), Lng: schema.Some(113.943102), SpeedKMH: schema.Some(0.0),
			Satellites: schema.Some[int32](15), Value: schema.Some(1.0), VoltageV: schema.Some(11.4), DriverID: "04ab", DriverName: "AB",
			File:  "EVENT_868258777642286_00000000_2024_11_21_17_26_12_I_102.ts",
			Files: []string{"EVENT_868258777642286_00000000_2024_11_21_17_26_12_I_102.ts"}}},
		{"openapi.jimi.push.device.alarm", open, schema.Alarm{
			Item: schema.Item{IMEI: "868557747235513"}, EventTime: utc("2017-05-08 12:00:00"), Code: "2", Name: "Power off alarm",
			Lat: schema.Some(40.65615416521587), Lng: schema.Some(109.89894039833524), DeviceName: "868557747235513"}},
		{"poll.alarm_list", poll, schema.Alarm{
			Item: schema.Item{IMEI: "349061496724300"}, EventTime: utc("2019-03-14 14:02:03"), Code: "1002", Name: "ACC On",
			Lat: schema.Some(22.577144898887813), Lng: schema.Some(113.91674845964586), SpeedKMH: schema.Some(10.0),
			FenceID: "se8yg081p0qh5vnniqrakr1nr0tdh6a0", GPSTime: schema.Some(utc("2019-03-14 14:02:03")), DeviceName: "ABC-34352", Model: "GT06N"}},
	} {
		raw := rawItem(c.kind, c.item)
		got, err := jimi.DecodeAlarm(raw)
		if err != nil {
			t.Fatal(err)
		}
		c.want.Item, c.want.Raw = baseItem(raw, c.want.IMEI), schema.Bytes(c.item)
		if len(got) != 1 {
			t.Fatalf("%d alarms", len(got))
		}
		sameRecord(t, &got[0], &c.want)
	}
}

// polledIn gives the items of an answer whose rows lie in data, under a name.
func polledIn(t *testing.T, path, name string) []json.RawMessage {
	var answer struct{ Data map[string]json.RawMessage }
	if err := json.Unmarshal(sample(t, path), &answer); err != nil {
		t.Fatal(err)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(answer.Data[name], &items); err != nil {
		t.Fatal(err)
	}
	return items
}

func TestOfficialOBD(t *testing.T) {
	items := polledIn(t, "poll/jimi.device.obd.list__official.json", "result")
	if len(items) != 2 {
		t.Fatalf("%d items", len(items))
	}
	want := []schema.OBD{
		{EventTime: utc("2024-05-09 10:25:00"), OdometerM: schema.Some(2049600.0), DeviceDistanceM: schema.Some(142900.0), FuelPercent: schema.Some(58.0),
			CoolantC: schema.Some(77.0), SpeedKMH: schema.Some(88.5)},
		{EventTime: utc("2024-05-09 01:27:23"), OdometerM: schema.Some(2048600.0), DeviceDistanceM: schema.Some(143900.0), FuelPercent: schema.Some(56.0),
			CoolantC: schema.Some(78.0), SpeedKMH: schema.Some(95.5)},
	}
	for i, item := range items {
		raw := rawItem(jimi.KindOBDList, item)
		got, err := jimi.DecodeOBD(raw)
		if err != nil {
			t.Fatal(err)
		}
		w := &want[i]
		w.Item, w.Raw = baseItem(raw, "152491385926834"), schema.Bytes(item)
		w.BatteryV, w.RPM, w.VIN = schema.Some(11.8), schema.Some(5016.0), member(t, item, "vin")
		sameRecord(t, &got, w)
	}
}

// member is a text of a sample, which the project does not repeat.
func member(t *testing.T, item []byte, name string) string {
	var members map[string]any
	if err := json.Unmarshal(item, &members); err != nil {
		t.Fatal(err)
	}
	s, ok := members[name].(string)
	if !ok {
		t.Fatalf("the sample has no text %s", name)
	}
	return s
}

func TestOfficialMessages(t *testing.T) {
	mileage := polled(t, "poll/jimi.device.track.mileage__official.json")[0]
	parking := polledIn(t, "poll/jimi.open.platform.report.parking__official.json", "rows")[0]
	list := polled(t, "poll/jimi.user.device.list__official.json")[0]
	var detail struct{ Result json.RawMessage }
	if err := json.Unmarshal(sample(t, "poll/jimi.track.device.detail__official.json"), &detail); err != nil {
		t.Fatal(err)
	}
	begin, end := utc("2017-04-26 00:00:58"), utc("2017-04-26 00:03:58")
	stood := time.Date(2022, 12, 10, 1, 5, 33, 0, time.UTC)
	device := schema.Message{DeviceName: member(t, list, "deviceName"), Model: "GT300L", SIM: member(t, list, "sim"), Plate: member(t, list, "vehicleNumber"),
		DriverName: "driver", GroupName: "default group", VIN: member(t, list, "carFrame")}
	full := device
	full.ICCID, full.VIN, full.OdometerM = member(t, detail.Result, "iccid"), member(t, detail.Result, "VIN"), schema.Some(102500.0)
	for _, c := range []struct {
		kind, imei string
		item       []byte
		want       schema.Message
	}{
		{"poll.track_mileage", "3557131897591850", mileage, schema.Message{
			EventTime: schema.Some(begin), BeginTime: schema.Some(begin), EndTime: schema.Some(end),
			BeginLat: schema.Some(22.577144898887813), BeginLng: schema.Some(113.91674845964586),
			EndLat: schema.Some(22.677144898887813), EndLng: schema.Some(113.92674845964586),
			DistanceM: schema.Some(25000.0), DurationS: schema.Some(2130.0), AvgSpeedKMH: schema.Some(90.0)}},
		{"poll.report_parking", "869685587102623", parking, schema.Message{
			EventTime: schema.Some(stood), BeginTime: schema.Some(stood), EndTime: schema.Some(utc("2022-12-10 04:17:48")),
			Lat: schema.Some(22.576748), Lng: schema.Some(113.943093), DurationS: schema.Some(11535.0), StopS: schema.Some(11535.0), ACC: schema.Some(true),
			Text: member(t, parking, "addr"), DeviceName: member(t, parking, "deviceName"), Model: "JC450Pro"}},
		{"poll.device_list", "868557747235513", list, device},
		{"poll.device_detail", "868557747235513", detail.Result, full},
	} {
		raw := rawItem(c.kind, c.item)
		got, err := jimi.DecodeMessage(raw)
		if err != nil {
			t.Fatal(err)
		}
		c.want.Item, c.want.Kind, c.want.Raw = baseItem(raw, c.imei), c.kind, schema.Bytes(c.item)
		sameRecord(t, &got, &c.want)
	}
}
