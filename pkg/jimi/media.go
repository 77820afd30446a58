package jimi

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// The kinds of media.
const (
	MediaFile      = "file"      // /pushfileupload: a device uploaded files
	MediaResources = "resources" // /pushresourcelist: what a camera has recorded
	MediaFTP       = "ftp"       // /pushftpfileupload: the end of an upload that was asked for
	MediaUpload    = "upload"    // /uploadCallback: a DVR uploaded a photo or a video
)

// DecodeMedia decodes an announcement of files or the result of an upload. The
// time is gateTime; of a DVR's upload alarmTime, else the begin of the video;
// where an item names none (resource lists never do), it is the time at which
// the item was received. The error is an *Error.
func DecodeMedia(raw *Raw) (schema.Media, error) {
	f, err := readContents(raw.Kind, raw.Value)
	if err != nil {
		return schema.Media{}, err
	}
	device, err := raw.device()
	if err != nil {
		return schema.Media{}, err
	}
	received := raw.Headers.Received
	r := schema.Media{
		Item: device, Raw: bytes.Clone(raw.Value),
		GateTime: f.moment(received, "gateTime"), InstructionID: f.text("instructionID", "instructionId"),
		Channel: f.count("camera", "channel"), AlarmTime: f.moment(received, "alarmTime"), Timezone: f.text("timezone"),
		BeginTime: f.moment(received, "videoBeginTime"), EndTime: f.moment(received, "videoEndTime"),
	}
	r.Lat, r.Lng = f.position()
	switch raw.Kind {
	case "pushfileupload":
		r.Kind = MediaFile
		r.Files, r.Succeeded = f.files("fileName"), succeeded(f["result"], false)
	case "pushftpfileupload":
		r.Kind = MediaFTP
		r.Files, r.Succeeded = f.files("fileName"), succeeded(f["result"], true)
	case "pushresourcelist":
		r.Kind = MediaResources
		r.Total = f.count("totalNum")
		r.Resources = resources(f.list("resourceList"), received)
	case "uploadcallback":
		r.Kind = MediaUpload
		r.Files = f.files("filename", "fileName")
		r.BusinessType, r.MIMEType, r.LocalFile = f.text("businessType"), f.text("mimeType"), f.text("localFileName")
		r.ShootType, r.CodeType, r.DurationS = f.count("shootType"), f.count("codeType"), f.atLeastZero("shootTime")
	}
	r.EventTime = firstOf(received, r.GateTime, r.AlarmTime, r.BeginTime)
	return r, nil
}

// firstOf is the first of times that is there.
func firstOf(otherwise time.Time, times ...schema.Opt[time.Time]) time.Time {
	for _, t := range times {
		if t.Valid {
			return t.Value
		}
	}
	return otherwise
}

// files are the names in a text or an array.
func (f fields) files(names ...string) []string {
	var out []string
	for _, elem := range f.list(names...) {
		out = append(out, fileNames(textOf(elem))...)
	}
	if out == nil {
		out = fileNames(f.text(names...))
	}
	return out
}

// fileNames splits a list of names. The upload push separates them by a
// semicolon, the alarm push by a comma.
func fileNames(list string) []string {
	var out []string
	for name := range strings.FieldsFuncSeq(list, func(c rune) bool { return c == ';' || c == ',' }) {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// succeeded reads a result: SUCCESS or FAILURE, and of an FTP upload also 0 and
// 1, where 0 is the success.
func succeeded(value []byte, numbers bool) schema.Opt[bool] {
	b, s := text(value)
	switch {
	case s != present:
	case equalFold(b, "SUCCESS"), numbers && string(b) == "0":
		return schema.Some(true)
	case equalFold(b, "FAILURE"), equalFold(b, "FAIL"), equalFold(b, "FAILED"), numbers && string(b) == "1":
		return schema.Some(false)
	}
	return schema.Opt[bool]{}
}

// maxResources bounds one list; a real one had 434.
const maxResources = 10_000

// ahead is how far a clock in local time may be before UTC.
const ahead = 14 * time.Hour

func resources(list [][]byte, received time.Time) []schema.Resource {
	var out []schema.Resource
	latest := received.Add(ahead)
	for _, elem := range list[:min(len(list), maxResources)] {
		f := fields{}
		if jsonscan.ShallowObject(elem, f.put) != nil {
			continue
		}
		size, _ := f.first("fileSize")
		bytes, s := whole(size, 0, math.MaxInt64)
		out = append(out, schema.Resource{
			Channel: f.count("channel"), BeginTime: f.moment(latest, "beginTime"), EndTime: f.moment(latest, "endTime"),
			SizeBytes: option(bytes, s), ResourceType: f.count("resourceType"), CodeType: f.count("codeType"),
			StorageType: f.count("storageType"), AlarmFlag: f.content("alarmFlag"),
		})
	}
	return out
}
