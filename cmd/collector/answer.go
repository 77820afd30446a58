package main

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// An answer is what the platform is told.
type answer struct {
	kind   string // for the metrics
	status int
	code   int // in the body; 0 is success
	msg    string
	items  int
}

func success(items int) answer {
	return answer{status: http.StatusOK, msg: "success", items: items}
}

func refuse(status int, msg string) answer { return answer{status: status, code: status, msg: msg} }

const retryAfterSeconds = 5

// write sends the answer in the form of the push system: all have code and
// msg, the Open API also message, and the TAG service calls success 200.
func (a answer) write(w http.ResponseWriter, s system) {
	out := struct {
		Code    int    `json:"code"`
		Msg     string `json:"msg"`
		Message string `json:"message,omitempty"`
	}{Code: a.code, Msg: a.msg}
	if s == openAPI {
		out.Message = a.msg
	}
	if s == tag && a.code == 0 {
		out.Code = http.StatusOK
	}
	body, err := json.Marshal(out)
	if err != nil { // two texts and a number
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if a.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}
