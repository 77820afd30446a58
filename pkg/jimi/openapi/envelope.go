package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/odograph/odograph/pkg/jimi"
)

// An envelope is what every answer comes in. Its message says nothing that a
// program could use (A2).
type envelope struct {
	Code    json.RawMessage `json:"code"`
	Message json.RawMessage `json:"message"`
	Msg     json.RawMessage `json:"msg"`
	Result  json.RawMessage `json:"result"`
	Data    json.RawMessage `json:"data"`
}

var errNoCode = errors.New("the answer has no code")

// An answer is what an envelope held.
type answer struct {
	code, message string
	rows          []json.RawMessage // each as the vendor's bytes
	total         int               // of all pages, where the answer says it; else 0
}

// parseAnswer reads an answer.
func parseAnswer(body []byte) (a answer, err error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return a, fmt.Errorf("the answer is not the JSON of the platform: %w", err)
	}
	if a.code = jimi.Text(e.Code); a.code == "" {
		return a, errNoCode
	}
	if a.message = jimi.Text(e.Message); a.message == "" {
		a.message = jimi.Text(e.Msg)
	}
	a.total = max(totalOf(e.Result), totalOf(e.Data))
	rows, list, err := rowsOf(e.Result)
	if err != nil || len(rows) > 0 {
		a.rows = rows
		return a, err
	}
	// Beside an empty list in result, an object in data is about the list as a
	// whole: the mileage of a track.
	rows, inData, err := rowsOf(e.Data)
	if list && !inData {
		rows = nil
	}
	a.rows = rows
	return a, err
}

// totalOf is the number of rows of all pages, under any of its names.
func totalOf(value json.RawMessage) int {
	if len(value) == 0 || value[0] != '{' {
		return 0
	}
	var t struct {
		Total     Number `json:"total"`
		TotalRows Number `json:"totalRows"`
		DataTotal Number `json:"dataTotalRows"`
		Records   Number `json:"totalRecord"`
	}
	if json.Unmarshal(value, &t) != nil {
		return 0
	}
	return int(max(t.Total.Value, t.TotalRows.Value, t.DataTotal.Value, t.Records.Value, 0))
}

func empty(value json.RawMessage) bool {
	return len(value) == 0 || bytes.Equal(value, []byte("null")) || bytes.Equal(value, []byte(`""`)) || bytes.Equal(value, []byte("{}"))
}

// rowsOf finds the rows of result or data: an array, an object that holds one
// under rows, result, list or one of the reports' names, or the value itself,
// which then is no list.
func rowsOf(value json.RawMessage) (rows []json.RawMessage, list bool, err error) {
	if empty(value) {
		return nil, false, nil
	}
	switch value[0] {
	case '[':
		err := json.Unmarshal(value, &rows)
		return rows, true, err
	case '{':
		var members map[string]json.RawMessage
		if err := json.Unmarshal(value, &members); err != nil {
			return nil, false, err
		}
		for _, name := range []string{"rows", "result", "list", "datDatas", "dayList"} {
			if m := members[name]; len(m) > 0 && m[0] == '[' {
				rows, list, err := rowsOf(m)
				return tripsOf(rows), list, err
			}
		}
	}
	return []json.RawMessage{value}, false, nil
}

// tripsOf puts each trip of a report in place of its device, which holds days,
// which hold trips. Rows of anything else stay.
func tripsOf(rows []json.RawMessage) []json.RawMessage {
	out := make([]json.RawMessage, 0, len(rows))
	for _, row := range rows {
		var device struct {
			Days []struct {
				Trips []json.RawMessage `json:"dayData"`
			} `json:"tripsData"`
		}
		if !bytes.Contains(row, []byte(`"tripsData"`)) || json.Unmarshal(row, &device) != nil {
			out = append(out, row)
			continue
		}
		for _, d := range device.Days {
			out = append(out, d.Trips...)
		}
	}
	return out
}

// imeiOf is the device that a row names.
func imeiOf(row json.RawMessage) string {
	var named struct {
		IMEI       Text `json:"imei"`
		DeviceIMEI Text `json:"deviceImei"`
	}
	if len(row) == 0 || row[0] != '{' || json.Unmarshal(row, &named) != nil {
		return ""
	}
	if named.IMEI != "" {
		return string(named.IMEI)
	}
	return string(named.DeviceIMEI)
}
