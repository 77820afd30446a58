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

// parseAnswer reads an answer: its code as text and its rows, each as the
// vendor's bytes.
func parseAnswer(body []byte) (code, message string, rows []json.RawMessage, err error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return "", "", nil, fmt.Errorf("the answer is not the JSON of the platform: %w", err)
	}
	if code = jimi.Text(e.Code); code == "" {
		return "", "", nil, errNoCode
	}
	if message = jimi.Text(e.Message); message == "" {
		message = jimi.Text(e.Msg)
	}
	rows, list, err := rowsOf(e.Result)
	if err != nil || len(rows) > 0 {
		return code, message, rows, err
	}
	// Beside an empty list in result, an object in data is about the list as a
	// whole: the mileage of a track.
	rows, inData, err := rowsOf(e.Data)
	if list && !inData {
		rows = nil
	}
	return code, message, rows, err
}

func empty(value json.RawMessage) bool {
	return len(value) == 0 || bytes.Equal(value, []byte("null")) || bytes.Equal(value, []byte(`""`))
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
				return rowsOf(m)
			}
		}
	}
	return []json.RawMessage{value}, false, nil
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
