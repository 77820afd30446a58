package openapi_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// BenchmarkTrack is a day of one device's track, a fix every 10 s on the move,
// over HTTP; most of it is the simulated platform's own work.
func BenchmarkTrack(b *testing.B) {
	p := jimitest.New(jimitest.Options{Devices: 1, Start: start, Now: func() time.Time { return start.Add(24 * time.Hour) }})
	server := httptest.NewServer(p)
	b.Cleanup(server.Close)
	c, err := openapi.NewClient(account(p, server.URL), openapi.Options{Now: func() time.Time { return start.Add(24 * time.Hour) }})
	if err != nil {
		b.Fatal(err)
	}
	rows := 0
	b.ReportAllocs()
	for b.Loop() {
		rows = 0
		err := openapi.Each(b.Context(), c, &openapi.TrackList, openapi.TrackListParams{IMEI: p.IMEIs()[0], Begin: start, End: start.Add(24 * time.Hour)},
			func(openapi.Row[openapi.TrackPoint]) error { rows++; return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
}
