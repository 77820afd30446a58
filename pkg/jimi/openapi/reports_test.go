package openapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// The report of trips holds days in devices and trips in days; each trip is a
// row.
func TestTripsOfTheReport(t *testing.T) {
	s := stage(t, jimitest.Options{Seed: 7, Devices: 4})
	end := s.clock.now()
	want := map[string]int{}
	for _, imei := range s.platform.IMEIs() {
		want[imei] = len(s.platform.Trips(imei, start, end))
	}
	got := map[string]int{}
	params := openapi.ReportTripsParams{IMEIs: s.platform.IMEIs(), Type: openapi.EveryTrip, Begin: start, End: end}
	for _, r := range rows(t, s, &openapi.ReportTrips, params) {
		got[r.IMEI]++
		require.True(t, r.Value.Start.Valid)
		require.True(t, r.Value.EndLat.Valid)
		require.NotEmpty(t, r.Value.Mileage)
	}
	require.Equal(t, want, got)
	params.Type = openapi.TripsADay
	require.Len(t, rows(t, s, &openapi.ReportTrips, params), 4, "one row a device and day")
}

// The stays of the report are the true ones.
func TestStaysOfTheReport(t *testing.T) {
	s := stage(t, jimitest.Options{Seed: 7, Devices: 4})
	end := s.clock.now()
	imei := s.platform.IMEIs()[0]
	at, err := openapi.Call(t.Context(), s.client, &openapi.LocationGet, openapi.LocationGetParams{IMEIs: []string{imei}})
	require.NoError(t, err)
	_, err = openapi.Call(t.Context(), s.client, &openapi.FenceCreate, openapi.PlatformFenceParams{
		Name: "here", Type: "circle", Geometry: fmt.Sprintf("%v,%v", at.Lat.Value, at.Lng.Value), RadiusM: 300,
	})
	require.NoError(t, err)
	truth := s.platform.Visits(imei, at.Lat.Value, at.Lng.Value, 300, start, end)
	require.NotEmpty(t, truth)
	got := rows(t, s, &openapi.FenceDuration, openapi.FenceDurationParams{IMEIs: []string{imei}, Begin: start, End: end})
	require.Len(t, got, len(truth))
	for i, visit := range truth {
		require.Equal(t, visit.Enter, got[i].Value.Enter.Value)
		require.Equal(t, !visit.Exit.IsZero(), got[i].Value.Exit.Valid)
		require.EqualValues(t, "here", got[i].Value.FenceName)
	}
}

// Answers in the form of the manual's examples.
func TestAnswersOfTheManual(t *testing.T) {
	c, _ := reply(t, `{"code":0,"message":"success","data":{"currentPage":1,"pageSize":10,"startRow":1,"endRow":10,"totalRecord":1,"totalPage":1,`+
		`"result":[{"imei":"890768902346789","cardId":"278907","operationTime":"2024-04-22 09:12:23","photo":""}]}}`)
	day := openapi.RFIDListParams{Begin: start, End: start.Add(time.Hour)}
	card, err := openapi.Call(t.Context(), c, &openapi.RFIDList, day)
	require.NoError(t, err)
	require.EqualValues(t, "278907", card.Card)
	require.Equal(t, "2024-04-22 09:12:23", card.Time.Value.Format(time.DateTime))

	c, _ = reply(t, `{"code":0,"message":"success","result":null,"data":{"currentSteps":327,"currentBloodOxygen":99,"currentHearRate":70,`+
		`"historyHealthVOList":[{"avgBloodOxygen":97,"avgHeartRate":91,"postTime":"2025-11-04 01:00:00","step":0}],"healthPostTime":"2025-11-04 06:28:55"}}`)
	health, err := openapi.Call(t.Context(), c, &openapi.HealthData, openapi.HealthParams{IMEI: "1", Over: "day"})
	require.NoError(t, err)
	require.Equal(t, 70.0, health.HeartRate.Value)
	require.Equal(t, 91.0, health.History[0].HeartRate.Value)

	c, _ = reply(t, `{"code":0,"message":"success","result":null,"data":[{"deviceName":"JC371","deviceStatus":1,"driverNo":null,"driverName":null,"numberPlate":null,`+
		`"status":0,"operationTime":"2025-10-27 10:43:07","coordinates":"113.943096,22.576624","imei":"865478070000643","dlt":"232000455700107"}]}`)
	swipe, err := openapi.Call(t.Context(), c, &openapi.DLTReport, openapi.DLTParams{Begin: start, End: start.Add(time.Hour)})
	require.NoError(t, err)
	require.EqualValues(t, "232000455700107", swipe.Card)
	require.EqualValues(t, "1", swipe.Sign)

	c, _ = reply(t, `{"code":0,"message":"success","result":null,"data":{"currentPage":1,"pageSize":4,"totalRecord":1,"result":[{"imei":"202509999999994",`+
		`"deviceName":"VL502_E","faultCode":"P1502","faultDetail":"High speed state","eventTime":"2024-07-03 08:16:49"}]}}`)
	code, err := openapi.Call(t.Context(), c, &openapi.OBDFault, openapi.OBDFaultParams{IMEIs: []string{"1"}, Begin: start, End: start.Add(time.Hour)})
	require.NoError(t, err)
	require.EqualValues(t, "P1502", code.Code)
	require.EqualValues(t, "High speed state", code.Text)

	c, _ = reply(t, `{"code":0,"message":"success","result":[{"codeId":"99","code":"status#","content":"Parameter error","isExecute":"4","sendTime":"2017-06-19 11:46:00","isOffLine":"1"}]}`)
	done, err := openapi.Call(t.Context(), c, &openapi.InstructionResults, openapi.DeviceParams{IMEI: "1"})
	require.NoError(t, err)
	require.EqualValues(t, "4", done.State)
}
