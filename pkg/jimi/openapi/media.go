package openapi

import "time"

// LivePageParams ask for a page with a live picture.
type LivePageParams struct {
	IMEI  string `api:"imei,required"`
	Type  string `api:"type"`
	Voice string `api:"voice"`
}

// A LivePage shows a camera's picture.
type LivePage struct {
	Lat     Number `json:"lat"`
	Lng     Number `json:"lng"`
	GPSTime Time   `json:"gpsTime"`
	VIN     Text   `json:"VIN"`
	Plate   Text   `json:"plateNo"`
	URL     Text   `json:"UrlCamera"`
}

// MediaCommandParams ask for a photo or a video. Camera counts from 1 here and
// from 0 in answers; MediaType is photo or video, on newer nodes 1 or 2 (A24).
type MediaCommandParams struct {
	IMEI      string `api:"imei,required"`
	Camera    string `api:"camera,required"`
	MediaType string `api:"mediaType,required"`
	ShootS    int    `api:"shootTime"`
}

// A CommandAnswer says whether a command was taken.
type CommandAnswer struct {
	Code   Text `json:"code"`
	Text   Text `json:"msg"`
	Serial Text `json:"cmdSeqNo"`
}

// HistoryCommandParams ask for recorded files.
type HistoryCommandParams struct {
	IMEI   string `api:"imei,required"`
	Type   string `api:"type,required"`
	Camera string `api:"camera,required"`
	File   string `api:"fileName"`
	Time   string `api:"time"`
}

// MediaURLParams ask for photos and videos. Token is for access to media, not
// a page's (A24).
type MediaURLParams struct {
	IMEI      string    `api:"imei,required"`
	Camera    string    `api:"camera,required"`
	MediaType string    `api:"media_type,required"`
	Begin     time.Time `api:"start_time,begin"`
	End       time.Time `api:"end_time,end"`
	Token     string    `api:"token"`
	Page      int       `api:"page_no,page"`
	Size      int       `api:"page_size,size"`
}

// A MediaFile is a photo or video.
type MediaFile struct {
	Thumb  Text   `json:"thumb_URL"`
	URL    Text   `json:"file_URL"`
	Time   Time   `json:"create_time"`
	MIME   Text   `json:"mime_type"`
	Camera Text   `json:"camera"`
	Bytes  Number `json:"file_size"`
}

// MediaEventParams ask for media that alarms have caused.
type MediaEventParams struct {
	IMEIs     []string  `api:"imeis,required,imeis"`
	MediaType string    `api:"media_type,required"`
	Begin     time.Time `api:"start_time,required,begin"`
	End       time.Time `api:"end_time,required,end"`
	Page      int       `api:"page_no,page"`
	Size      int       `api:"page_size,size"`
	EventType string    `api:"event_type"`
}

// A MediaEvent is an alarm with its files.
type MediaEvent struct {
	IMEI  Text        `json:"imei"`
	Type  Text        `json:"event_type"`
	Lat   Number      `json:"lat"`
	Lng   Number      `json:"lng"`
	Time  Time        `json:"alarm_time"`
	Files []MediaFile `json:"fileList"`
}

// LiveStreamParams ask for a stream. Channels count from 0 or 1 by the camera's
// protocol (A32).
type LiveStreamParams struct {
	IMEI    string `api:"imei,required"`
	Channel string `api:"channel,required"`
	AppID   string `api:"appId,required"`
}

// HistoryListCommandParams tell a camera to send its list of recordings.
type HistoryListCommandParams struct {
	IMEI          string `api:"imei,required"`
	Channel       string `api:"channel,required"`
	DateTime      string `api:"dateTime,required"`
	InstructionID string `api:"instructionId,required"`
	AppID         string `api:"appId,required"`
}

// HistoryListParams name the instruction; code 1207 until the camera has sent
// its list: ask once a second, up to 20 times (A30).
type HistoryListParams struct {
	InstructionID string `api:"instructionId,required"`
}

// A Recording is one file on a camera.
type Recording struct {
	Channel  Text   `json:"channel"`
	Begin    Time   `json:"beginTime"`
	End      Time   `json:"endTime"`
	Bytes    Number `json:"fileSize"`
	File     Text   `json:"fileName"`
	CodeType Text   `json:"codeType"` // 1 main, 2 sub stream
}

// HistoryStreamParams ask for a stream of recordings.
type HistoryStreamParams struct {
	IMEI    string `api:"imei,required"`
	Channel string `api:"channel,required"`
	AppID   string `api:"appId,required"`
	Begin   string `api:"beginTime"`
	End     string `api:"endTime"`
	Files   string `api:"fileNameList"`
}

// CloseStreamParams end a stream.
type CloseStreamParams struct {
	IMEI    string `api:"imei,required"`
	Channel string `api:"channel,required"`
	Type    string `api:"type,required"`
	AppID   string `api:"appId,required"`
}

// The methods of media. "meida" is the platform's spelling.
var (
	LivePageURL    = Method[LivePageParams, LivePage]{Name: "jimi.device.live.page.url", Ref: "7.1", Does: "address of a page with the live picture", Mutates: true}
	MediaCommand   = Method[MediaCommandParams, CommandAnswer]{Name: "jimi.device.meida.cmd.send", Ref: "7.2", Does: "take a photo or a video", Mutates: true}
	HistoryCommand = Method[HistoryCommandParams, CommandAnswer]{Name: "jimi.device.history.cmd.send", Ref: "7.3", Does: "upload recorded files", Mutates: true}
	MediaURL       = Method[MediaURLParams, MediaFile]{Name: "jimi.device.jimi.media.URL", Ref: "7.4", Does: "addresses of photos and videos", Span: month, Paging: ByPageOf0, Size: 50}
	MediaEventURL  = Method[MediaEventParams, MediaEvent]{Name: "jimi.device.media.event.URL", Ref: "7.5", Does: "addresses of media of alarms", IMEIs: 50, Span: month, Paging: ByPage, Size: 50}
	LiveStream     = Method[LiveStreamParams, Text]{Name: "jimi.device.media.live.stream", Ref: "7.6", Does: "address of a live stream (http-flv or ws, A25)", Mutates: true}
	HistoryListAsk = Method[HistoryListCommandParams, Ack]{Name: "jimi.device.media.history.list.cmd", Ref: "7.7", Does: "tell a camera to send its list of recordings", Mutates: true}
	HistoryListGet = Method[HistoryListParams, Recording]{Name: "jimi.device.media.history.list.get", Ref: "7.8", Does: "the list of recordings that a camera has sent"}
	HistoryStream  = Method[HistoryStreamParams, Text]{Name: "jimi.device.media.history.stream", Ref: "7.9", Does: "address of a stream of recordings", Mutates: true}
	CloseStream    = Method[CloseStreamParams, Ack]{Name: "jimi.device.media.close.stream", Ref: "7.10", Does: "end a stream", Mutates: true}
)
