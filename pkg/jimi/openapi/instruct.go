package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
)

// An Instructor sends commands through the instruction API, which has an
// address and a token of its own (reference, appendix A).
type Instructor struct {
	address string
	token   string
	client  *Client // for its transport
}

// InstructAccount says where the instruction API is.
type InstructAccount struct {
	URL       string // {InsAddress}; /api/device/sendInstruct is added
	Token     string
	AllowHTTP bool // plain http shows the token to the network
}

// String names the address without the token.
func (a InstructAccount) String() string { return "instruction API at " + a.URL }

// GoString hides the token.
func (a InstructAccount) GoString() string { return a.String() }

// LogValue hides the token.
func (a InstructAccount) LogValue() slog.Value { return slog.StringValue(a.String()) }

// NewInstructor checks the account; it makes no call. httpClient may be nil.
func NewInstructor(a InstructAccount, httpClient *http.Client) (*Instructor, error) {
	c, err := NewClient(Account{Name: "instruct", URL: a.URL, AllowHTTP: a.AllowHTTP}, Options{HTTP: httpClient})
	if err != nil {
		return nil, err
	}
	return &Instructor{address: strings.TrimSuffix(a.URL, "/") + "/api/device/sendInstruct", token: a.Token, client: c}, nil
}

// The protocol numbers of the commands.
const (
	ProTextCommand   = 128
	ProStartStream   = 37121
	ProControlStream = 37122
	ProQueryVideos   = 37381
	ProPlayVideo     = 37377
	ProAckAlarm      = 33283
)

// A Command is the content of one instruction.
type Command interface{ protocol() int }

// A TextCommand is a command as the device's manual has it, such as STATUS#.
type TextCommand struct {
	Text    string
	Sync    bool          // wait for the device's answer
	Queue   bool          // keep it for a device that is not connected (offlineFlag)
	Timeout time.Duration // for the device's answer
}

// StartStream starts a live picture or sound.
type StartStream struct {
	DataType  int    `json:"dataType"` // 0 both, 1 picture, 2 two-way sound, 3 listening
	Stream    int    `json:"codeStreamType"`
	Channel   int    `json:"channel"` // from 0 or 1, by the camera's protocol (A32)
	VideoIP   string `json:"videoIP"`
	VideoPort int    `json:"videoTCPPort"`
}

// ControlStream controls a stream.
type ControlStream struct {
	Channel  int `json:"channel"`
	Command  int `json:"cmd"` // 0 off, 1 switch, 2 pause, 3 resume
	DataType int `json:"dataType"`
}

// QueryVideos asks for the recordings of a time; the device sends its list by
// /pushresourcelist.
type QueryVideos struct {
	Channel       int    `json:"channel"`
	Begin         string `json:"beginTime"` // as the device writes it
	End           string `json:"endTime"`
	AlarmFlag     int    `json:"alarmFlag"`
	ResourceType  int    `json:"resourceType"` // 0 sound and picture
	InstructionID string `json:"instructionID"`
}

// PlayVideo plays recordings back.
type PlayVideo struct {
	Server        string `json:"serverAddress"`
	Port          int    `json:"tcpPort"`
	Channel       int    `json:"channel"`
	Begin         string `json:"beginTime"`
	End           string `json:"endTime"`
	Method        int    `json:"playMethod"`
	InstructionID string `json:"instructionID"`
}

// AckAlarm says that an alarm has been seen.
type AckAlarm struct {
	SerialNo string `json:"alarmSerialNo"`
}

func (TextCommand) protocol() int   { return ProTextCommand }
func (StartStream) protocol() int   { return ProStartStream }
func (ControlStream) protocol() int { return ProControlStream }
func (QueryVideos) protocol() int   { return ProQueryVideos }
func (PlayVideo) protocol() int     { return ProPlayVideo }
func (AckAlarm) protocol() int      { return ProAckAlarm }

// An InstructAnswer is a device's answer.
type InstructAnswer struct {
	IMEI    Text `json:"_imei"`
	Code    Text `json:"_code"`
	Content Text `json:"_content"`
	Message Text `json:"_msg"`
	Serial  Text `json:"_serverFlagId"`
}

// instructCodes are data._code; the outer code may be 0 all the while
// (platform-facts 1.3).
var instructCodes = map[string]verdict{
	"200": {ClassParameter, "a parameter of the command is wrong"},
	"300": {ClassOffline, offlineHint},
	"301": {ClassOffline, offlineHint},
	"302": {ClassTransient, "the device is busy"},
	"600": {ClassTransient, "the device did not answer in time; whether it has carried the command out is not known"},
}

const (
	instructCode    = "100"            // success
	instructTimeout = 45 * time.Second // the call is held for up to 30 s
)

// Send sends a command to a device, once: a device that did not answer may have
// carried it out all the same.
func (i *Instructor) Send(ctx context.Context, imei string, command Command) (InstructAnswer, error) {
	method := fmt.Sprintf("sendInstruct %d", command.protocol())
	form, err := i.form(imei, command)
	if err != nil {
		return InstructAnswer{}, &Error{Method: method, Class: ClassParameter, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, instructTimeout)
	defer cancel()
	body, err := i.client.post(ctx, i.address, form, method)
	if err != nil {
		return InstructAnswer{}, err
	}
	var e struct {
		envelope
		Data InstructAnswer `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return InstructAnswer{}, &Error{Method: method, Class: ClassTransient, Err: errors.New("the answer is not the JSON of the platform")}
	}
	message := jimi.Text(e.Msg)
	if message == "" {
		message = jimi.Text(e.Message)
	}
	message = strings.ReplaceAll(message, i.token, "***")
	code := jimi.Text(e.Code)
	switch {
	case e.Data.Code == instructCode:
		return e.Data, nil
	case e.Data.Code != "":
		err := refusal(method, string(e.Data.Code), message)
		if v, ok := instructCodes[string(e.Data.Code)]; ok {
			err.Class, err.Hint = v.class, v.hint
		}
		return e.Data, err
	case code == "0": // queued, or a command without an answer
		return e.Data, nil
	}
	return e.Data, refusal(method, code, message)
}

func (i *Instructor) form(imei string, command Command) (url.Values, error) {
	if imei == "" {
		return nil, errors.New("deviceImei: is required")
	}
	form := url.Values{"deviceImei": {imei}, "proNo": {strconv.Itoa(command.protocol())}, "token": {i.token}}
	if text, ok := command.(TextCommand); ok {
		if text.Text == "" {
			return nil, errors.New("cmdContent: is required")
		}
		form.Set("cmdContent", text.Text)
		form.Set("sync", strconv.FormatBool(text.Sync))
		form.Set("offlineFlag", strconv.FormatBool(text.Queue))
		if text.Timeout > 0 {
			form.Set("timeOut", strconv.Itoa(int(text.Timeout.Seconds())))
		}
		return form, nil
	}
	content, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	form.Set("cmdContent", string(content))
	return form, nil
}
