package openapi_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// sample reads an official answer and gives it to a client as the platform's.
func sample(t *testing.T, name string, then ...string) *openapi.Client {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir(), "tracksolid_samples/poll", name))
	if os.IsNotExist(err) && os.Getenv("ODOGRAPH_DATA") == "" {
		t.Skip("the samples are not here")
	}
	require.NoError(t, err)
	c, _ := reply(t, append([]string{string(b)}, then...)...)
	return c
}

func all[P, R any](t *testing.T, name string, m *openapi.Method[P, R], p P) []R {
	t.Helper()
	var out []R
	require.NoError(t, openapi.Each(t.Context(), sample(t, name, `{"code":0}`), m, p, // no second page
		func(r openapi.Row[R]) error {
			out = append(out, r.Value)
			return r.Err
		}), name)
	require.NotEmpty(t, out, name)
	return out
}

// TestOfficialAnswers decodes every official sample into its types.
func TestOfficialAnswers(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.DateTime, s)
		require.NoError(t, err)
		return v
	}
	one := []string{"1"}
	begin, end := at("2017-04-26 00:00:00"), at("2017-04-26 01:00:00")

	d := all(t, "jimi.user.device.list__official.json", &openapi.DeviceList, openapi.DeviceListParams{})[0]
	require.Equal(t, at("2037-04-01 23:59:59"), d.Expiration.Value)
	require.True(t, d.Enabled.Value)
	require.Empty(t, d.VehicleName)
	require.NotEmpty(t, all(t, "jimi.track.device.detail__official.json", &openapi.DeviceDetail, openapi.DeviceParams{IMEI: "1"})[0].IMEI)
	require.NotEmpty(t, all(t, "jimi.user.device.location.list__official.json", &openapi.LocationList, openapi.LocationListParams{})[0].IMEI)
	require.NotEmpty(t, all(t, "jimi.device.location.get__official.json", &openapi.LocationGet, openapi.LocationGetParams{IMEIs: one})[0].IMEI)

	points := all(t, "jimi.device.track.list__official.json", &openapi.TrackList, openapi.TrackListParams{IMEI: "1", Begin: begin, End: end})
	require.Equal(t, at("2017-04-26 00:00:58"), points[0].GPSTime.Value)
	require.False(t, points[0].SpeedKMH.Valid, "-1 is not known")
	require.True(t, points[1].SpeedKMH.Valid)
	require.True(t, points[1].ACC.Value)

	m := all(t, "jimi.device.track.mileage__official.json", &openapi.TrackMileage, openapi.TrackMileageParams{IMEIs: one, Begin: begin, End: end})
	require.Equal(t, 25000.0, m[0].Distance.Value)
	require.Equal(t, 2130.0, m[0].ElapsedS.Value)
	p := all(t, "jimi.open.platform.report.parking__official.json", &openapi.ReportParking, openapi.ReportParkingParams{IMEIs: one, Begin: begin, End: end, ACC: "on"})
	require.Equal(t, at("2022-12-10 01:05:33"), p[0].Start.Value)
	require.Equal(t, 11535.0, p[0].DurationS.Value)
	o := all(t, "jimi.device.obd.list__official.json", &openapi.OBDList, openapi.OBDListParams{IMEIs: one, Begin: begin, End: end})
	require.Equal(t, at("2024-05-09 01:27:23"), o[1].Time.Value, "an hour of one digit")
	require.Equal(t, 77.0, o[0].CoolantC.Value)
	require.False(t, o[0].FuelL.Valid)
	a := all(t, "jimi.device.alarm.list__official.json", &openapi.AlarmList, openapi.AlarmListParams{IMEIs: one, Begin: begin, End: end})[0]
	require.EqualValues(t, "1002", a.TypeID)
	require.Equal(t, at("2019-03-14 14:02:03"), a.AlertTime.Value)
	f := all(t, "jimi.open.platform.fence.list__official.json", &openapi.FenceList, openapi.FenceListParams{})[0]
	require.Len(t, f.IMEIs, 4)
	require.Equal(t, 4153.0, f.RadiusM.Value)
	require.NotEmpty(t, all(t, "jimi.device.group.create__official.json", &openapi.GroupCreate, openapi.GroupCreateParams{Name: "g"}))
	require.NotEmpty(t, all(t, "jimi.open.platform.fence.create__official.json", &openapi.FenceCreate, openapi.PlatformFenceParams{Name: "f", Type: "circle", Geometry: "1,2"})[0])
	require.NotEmpty(t, all(t, "jimi.open.instruction.list__official.json", &openapi.InstructionList, openapi.DeviceParams{IMEI: "1"})[0].ID)
	media := all(t, "jimi.device.jimi.media.URL__official.json", &openapi.MediaURL, openapi.MediaURLParams{IMEI: "1", Camera: "1", MediaType: "1"})
	require.NotEmpty(t, media[0].URL)
	names := all(t, "jimi.device.history.file.list__official-type2.json", &openapi.FileList, openapi.FileListParams{IMEI: "1", Type: "2"})
	require.Equal(t, openapi.Texts{"2018_03_29_16_51_45.mp4", "2018_03_29_16_52_46.mp4"}, names[0])

	for name, class := range map[string]openapi.Class{"_error__1100-business-exception.json": openapi.ClassUnavailable, "_error__minus1-busy.json": openapi.ClassTransient} {
		_, err := openapi.Call(t.Context(), sample(t, name), &openapi.DeviceList, openapi.DeviceListParams{})
		require.Equal(t, class, openapi.ClassOf(err), name)
	}
	files, err := filepath.Glob(filepath.Join(dataDir(), "tracksolid_samples/poll/jimi.*.json"))
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		require.True(t, json.Valid(b))
		name, _, _ := strings.Cut(filepath.Base(f), "__")
		if _, ok := openapi.Lookup(name); !ok {
			t.Errorf("no method has the name of the sample %s", filepath.Base(f))
		}
	}
}
