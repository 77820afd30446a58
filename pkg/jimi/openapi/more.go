package openapi

import "time"

// The methods that the reference leaves out (A30). No public text prints their
// parameters in full: those below are what the platform's other methods of the
// same family take; anything else an answer holds is in the row's bytes.

// FenceDurationParams ask how long devices were inside fences.
type FenceDurationParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,required,imeis"`
	Begin   time.Time `api:"start_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	FenceID string    `api:"fence_id"`
	Page    int       `api:"page_no,page"`
	Size    int       `api:"page_size,size"`
}

// A FenceStay is one time inside a fence.
type FenceStay struct {
	IMEI      Text   `json:"imei"`
	FenceID   Text   `json:"fence_id"`
	FenceName Text   `json:"fence_name"`
	Start     Time   `json:"startTime"`
	End       Time   `json:"endTime"`
	DurationS Number `json:"durSecond"`
}

// DevicesTimeParams name devices and a time.
type DevicesTimeParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,required,imeis"`
	Begin   time.Time `api:"start_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	Page    int       `api:"page_no,page"`
	Size    int       `api:"page_size,size"`
}

// An RFIDCard is one card that was shown.
type RFIDCard struct {
	IMEI Text `json:"imei"`
	Card Text `json:"rfid"`
	Time Time `json:"time"`
}

// ChildParams describe an account below ours.
type ChildParams struct {
	Account     string `api:"target,required"`
	Name        string `api:"nick_name"`
	PasswordMD5 string `api:"user_pwd_md5"`
	Type        string `api:"account_type"`
	Parent      string `api:"super_account"`
}

// A Child is an account below ours.
type Child struct {
	Account Text `json:"account"`
	Name    Text `json:"name"`
	Type    Text `json:"type"`
}

// A HealthReading is one reading of a wearable.
type HealthReading struct {
	IMEI  Text   `json:"imei"`
	Time  Time   `json:"time"`
	Type  Text   `json:"type"`
	Value Number `json:"value"`
}

// A DLTRecord is one record of a driver's licence; Coordinates has longitude
// first (A31).
type DLTRecord struct {
	IMEI        Text `json:"imei"`
	Time        Time `json:"time"`
	Driver      Text `json:"driverName"`
	Coordinates Text `json:"coordinates"`
}

// TagDevicesParams tie TAGs to a device.
type TagDevicesParams struct {
	IMEI string   `api:"imei,required"`
	Tags []string `api:"tags,required,imeis"`
}

// FileListParams name a device; only an answer of this method is published,
// its parameters are those of the command that asks for files (7.3).
type FileListParams struct {
	IMEI   string `api:"imei,required"`
	Type   string `api:"type"`
	Camera string `api:"camera"`
}

// The methods of A30 apart from those of fences and trips.
var (
	FenceDuration = Method[FenceDurationParams, FenceStay]{Name: "jimi.open.platform.fence.duration", Ref: "A30", Does: "times inside fences", IMEIs: 50, Span: month, Paging: ByPage, Size: 100}
	RFIDList      = Method[DevicesTimeParams, RFIDCard]{Name: "jimi.device.rfid.list", Ref: "A30", Does: "cards that were shown", IMEIs: 100, Span: month, Paging: ByPage, Size: 100}
	ChildList     = Method[DeviceListParams, Child]{Name: "jimi.user.child.list", Ref: "A30", Does: "the accounts below one"}
	ChildCreate   = Method[ChildParams, Ack]{Name: "jimi.user.child.create", Ref: "A30", Does: "make an account below ours", Mutates: true}
	ChildUpdate   = Method[ChildParams, Ack]{Name: "jimi.user.child.update", Ref: "A30", Does: "change an account below ours", Mutates: true}
	ChildDelete   = Method[DeviceListParams, Ack]{Name: "jimi.user.child.del", Ref: "A30", Does: "delete an account below ours", Mutates: true}
	HealthData    = Method[DevicesTimeParams, HealthReading]{Name: "jimi.device.health.data", Ref: "A30", Does: "readings of wearables", IMEIs: 50, Span: month, Paging: ByPage, Size: 100}
	DLTReport     = Method[DevicesTimeParams, DLTRecord]{Name: "jimi.open.platform.dlt.report", Ref: "A30", Does: "driver's licence records", IMEIs: 50, Span: month, Paging: ByPage, Size: 100}
	FileList      = Method[FileListParams, Texts]{Name: "jimi.device.history.file.list", Ref: "published sample", Does: "names of the files on a camera"}
	TagDevices    = Method[TagDevicesParams, Ack]{Name: "jimi.device.updateTagDevices", Ref: "A30", Does: "tie TAGs to a device", Mutates: true, IMEIs: 100}
)

// Methods are all methods, in the order of the reference.
var Methods = []AnyMethod{
	&TokenGet, &TokenRefresh,
	&DeviceList, &DeviceDetail, &ExpirationUpdate, &DeviceUpdate, &DeviceMove, &DeviceBind, &DeviceUnbind,
	&GroupCreate, &GroupUpdate, &GroupDelete, &GroupList,
	&LocationList, &LocationGet, &LocationShare, &TrackMileage, &TrackList, &LBSAddress, &ReportParking, &TagLocation,
	&AlarmList,
	&LivePageURL, &MediaCommand, &HistoryCommand, &MediaURL, &MediaEventURL, &LiveStream, &HistoryListAsk, &HistoryListGet, &HistoryStream, &CloseStream,
	&InstructionList, &InstructionSend, &InstructionResults, &RawCommand,
	&DeviceFenceCreate, &DeviceFenceDelete, &FenceCreate, &FenceDelete, &FenceBind,
	&OBDList, &OBDFault, &ReportTrips, &FenceUpdate, &FenceList, &FenceDetail, &FenceDuration,
	&RFIDList, &ChildList, &ChildCreate, &ChildUpdate, &ChildDelete, &HealthData, &DLTReport, &TagDevices, &FileList,
}

// Lookup finds a method by its name.
func Lookup(name string) (AnyMethod, bool) {
	for _, m := range Methods {
		if m.Info().Name == name {
			return m, true
		}
	}
	return nil, false
}
