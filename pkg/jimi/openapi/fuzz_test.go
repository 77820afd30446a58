package openapi

import (
	"encoding/json"
	"testing"
)

// Whatever a node answers, its rows are JSON, and nothing panics.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		`{"code":0,"result":[{"imei":"1"}],"data":{"mileage":0}}`, `{"code":"1004","message":" no ","result":null}`,
		`{"code":0,"result":null,"data":{"rows":[{"imei":1}],"dataTotalRows":"2"}}`, `{"code":0,"result":"a,b,"}`, `{"code":xxx}`, `[]`, `{"code":0,"result":{"rows":{}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseAnswer(body)
		if err != nil {
			return
		}
		if a.code == "" {
			t.Error("an answer without a code")
		}
		for _, row := range a.rows {
			if !json.Valid(row) {
				t.Errorf("row %q", row)
			}
			imeiOf(row)
			for _, v := range []any{new(Location), new(TrackPoint), new(Alarm), new(OBDReading), new(Device), new(Fence), new(Parking)} {
				_ = json.Unmarshal(row, v)
			}
		}
	})
}
