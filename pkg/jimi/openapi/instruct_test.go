package openapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

func instructor(t *testing.T, answer func(form url.Values) string) *openapi.Instructor {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/device/sendInstruct" || r.ParseForm() != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, answer(r.PostForm))
	}))
	t.Cleanup(server.Close)
	i, err := openapi.NewInstructor(openapi.InstructAccount{URL: server.URL, Token: "planted-instruct-token", AllowHTTP: true}, nil)
	require.NoError(t, err)
	return i
}

func TestCommandsAreSentAsDocumented(t *testing.T) {
	for _, c := range []struct {
		command openapi.Command
		number  string
		content string
	}{
		{openapi.TextCommand{Text: "STATUS#", Sync: true, Timeout: 20 * time.Second}, "128", "STATUS#"},
		{openapi.StartStream{Channel: 1, VideoIP: "10.0.0.1", VideoPort: 1935}, "37121", `{"dataType":0,"codeStreamType":0,"channel":1,"videoIP":"10.0.0.1","videoTCPPort":1935}`},
		{openapi.ControlStream{Channel: 1, Command: 2}, "37122", `{"channel":1,"cmd":2,"dataType":0}`},
		{openapi.QueryVideos{Channel: 1, Begin: "260504060000", End: "260504070000", InstructionID: "a"}, "37381",
			`{"channel":1,"beginTime":"260504060000","endTime":"260504070000","alarmFlag":0,"resourceType":0,"instructionID":"a"}`},
		{openapi.PlayVideo{Server: "h", Port: 1, Channel: 1, InstructionID: "a"}, "37377",
			`{"serverAddress":"h","tcpPort":1,"channel":1,"beginTime":"","endTime":"","playMethod":0,"instructionID":"a"}`},
		{openapi.AckAlarm{SerialNo: "7"}, "33283", `{"alarmSerialNo":"7"}`},
	} {
		var got url.Values
		i := instructor(t, func(form url.Values) string {
			got = form
			return `{"code":0,"msg":"ok","data":{"_imei":"860000000000001","_code":"100","_content":"fine"}}`
		})
		a, err := i.Send(t.Context(), "860000000000001", c.command)
		require.NoError(t, err)
		require.EqualValues(t, "fine", a.Content)
		require.Equal(t, c.number, got.Get("proNo"))
		require.Equal(t, "860000000000001", got.Get("deviceImei"))
		require.Equal(t, "planted-instruct-token", got.Get("token"))
		require.Equal(t, c.content, got.Get("cmdContent"))
		if c.number == "128" {
			require.Equal(t, []string{"true", "false", "20"}, []string{got.Get("sync"), got.Get("offlineFlag"), got.Get("timeOut")})
		}
	}
}

func TestCodesOfDevices(t *testing.T) {
	for code, class := range map[string]openapi.Class{
		"200": openapi.ClassParameter, "300": openapi.ClassOffline, "301": openapi.ClassOffline, "302": openapi.ClassTransient, "600": openapi.ClassTransient, "777": openapi.ClassBusiness,
	} {
		calls := 0
		i := instructor(t, func(form url.Values) string {
			calls++
			return fmt.Sprintf(`{"code":0,"msg":"no, %s","data":{"_code":"%s"}}`, form.Get("token"), code)
		})
		_, err := i.Send(t.Context(), "860000000000001", openapi.TextCommand{Text: "RESET#"})
		require.Equal(t, class, openapi.ClassOf(err), code)
		require.Equal(t, 1, calls, "a command is never sent twice")
		require.NotContains(t, err.Error(), "planted")
	}
	i := instructor(t, func(url.Values) string { return `{"code":400002,"msg":"parameter"}` })
	_, err := i.Send(t.Context(), "860000000000001", openapi.AckAlarm{SerialNo: "1"})
	require.Equal(t, openapi.ClassParameter, openapi.ClassOf(err))
	_, err = i.Send(t.Context(), "", openapi.AckAlarm{})
	require.ErrorContains(t, err, "deviceImei")
	_, err = openapi.NewInstructor(openapi.InstructAccount{URL: "http://example.invalid", Token: "planted"}, nil)
	require.ErrorContains(t, err, "plain http")
	require.NotContains(t, fmt.Sprintf("%v %#v %+v", openapi.InstructAccount{Token: "planted"}, openapi.InstructAccount{Token: "planted"}, openapi.InstructAccount{Token: "planted"}), "planted")
}
