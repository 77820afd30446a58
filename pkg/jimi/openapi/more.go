package openapi

import "time"

// The methods that the reference leaves out (A30), by the vendor's manual of
// 2025.

// FenceDurationParams ask how long devices were inside fences.
type FenceDurationParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,required,imeis"`
	Begin   time.Time `api:"start_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	Row     int       `api:"start_row,row"`
	Size    int       `api:"page_size,size"`
}

// A FenceStay is one time inside a fence. Exit and duration are absent while it
// goes on.
type FenceStay struct {
	IMEI       Text   `json:"imei"`
	DeviceName Text   `json:"deviceName"`
	FenceName  Text   `json:"fenceName"`
	Enter      Time   `json:"enterTime"`
	Exit       Time   `json:"exitTime"`
	DurationS  Amount `json:"duration"`
}

// RFIDListParams ask for cards that were shown: of some devices, some cards, or
// all.
type RFIDListParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,imeis"`
	Cards   string    `api:"card_ids"` // up to 100, separated by commas
	Begin   time.Time `api:"begin_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	Page    int       `api:"page_no,page"`
	Size    int       `api:"page_size,size"`
}

// An RFIDCard is one card that was shown.
type RFIDCard struct {
	IMEI  Text `json:"imei"`
	Card  Text `json:"cardId"`
	Time  Time `json:"operationTime"`
	Photo Text `json:"photo"`
}

// ChildCreateParams describe a new account below ours. Type is 1 for a
// distributor, 2 for an end user, 3 for sales. Permissions are six digits, 0 or
// 1: web login, app login, send command, set working mode, edit by web, edit by
// app.
type ChildCreateParams struct {
	Account     string `api:"account_id,required"`
	Name        string `api:"nick_name,required"`
	Type        int    `api:"account_type,required"`
	PasswordMD5 string `api:"password,required"`
	Email       string `api:"Email,required"`
	Permissions string `api:"permissions,required"`
	Parent      string `api:"super_account"` // ours where it is not given
	Phone       string `api:"telephone"`
	Contact     string `api:"contact_person"`
	Company     string `api:"company_name"`
}

// ChildUpdateParams change an account below ours.
type ChildUpdateParams struct {
	Account     string `api:"edit_account,required"`
	Name        string `api:"nick_name,required"`
	Email       string `api:"Email,required"`
	Permissions string `api:"permissions,required"`
	Phone       string `api:"telephone"`
	Contact     string `api:"contact_person"`
	Company     string `api:"company_name"`
}

// ChildDeleteParams name an account below ours.
type ChildDeleteParams struct {
	Account string `api:"account_id,required"`
	Parent  string `api:"super_account"`
}

// ChildMoveParams put an account below another.
type ChildMoveParams struct {
	Account string `api:"account,required"`
	To      string `api:"target_account,required"`
}

// A Child is an account below ours. Type is 3 for an app user, 8 or 10 for a
// distributor, 9 for a user, 11 for sales.
type Child struct {
	Account  Text   `json:"account"`
	Name     Text   `json:"name"`
	Type     Text   `json:"type"`
	Company  Text   `json:"companyName"`
	Email    Text   `json:"email"`
	Phone    Text   `json:"phone"`
	Language Text   `json:"language"`
	Enabled  Switch `json:"enabledFlag"`
	Remark   Text   `json:"remark"`
}

// HealthParams ask for the readings of a wearable of a day, a week or a month.
type HealthParams struct {
	IMEI string `api:"imei,required"`
	Over string `api:"query_type,required"` // day, week or month
}

// Health is what a wearable has measured, now and by the hour or day.
type Health struct {
	Steps       Amount           `json:"currentSteps"`
	BloodOxygen Amount           `json:"currentBloodOxygen"` // percent
	HeartRate   Amount           `json:"currentHearRate"`    // a minute; the platform's spelling
	Time        Time             `json:"healthPostTime"`
	History     []HealthAverages `json:"historyHealthVOList"`
}

// HealthAverages are those of an hour or a day.
type HealthAverages struct {
	Time        Time   `json:"postTime"`
	Steps       Amount `json:"step"`
	BloodOxygen Amount `json:"avgBloodOxygen"`
	HeartRate   Amount `json:"avgHeartRate"`
}

// DLTParams ask for driving licences that were swiped.
type DLTParams struct {
	Begin time.Time `api:"start_time,required,begin"`
	End   time.Time `api:"end_time,required,end"`
	IMEI  string    `api:"imei"`
	Card  string    `api:"dlt"`
}

// A DLTRecord is one swipe of a driving licence; Coordinates has longitude
// first (A31).
type DLTRecord struct {
	IMEI        Text `json:"imei"`
	DeviceName  Text `json:"deviceName"`
	Time        Time `json:"operationTime"`
	Sign        Text `json:"deviceStatus"` // 1 in, 2 out
	Alarm       Text `json:"status"`       // 0 normal, 1 alarm
	Card        Text `json:"dlt"`
	DriverNo    Text `json:"driverNo"`
	Driver      Text `json:"driverName"`
	Plate       Text `json:"numberPlate"`
	Coordinates Text `json:"coordinates"`
}

// TagDevicesParams name TAGs.
type TagDevicesParams struct {
	IMEIs []string `api:"imeis,required,imeis"`
}

// FileListParams name a device, of an old JC200 or JC400: type 1 tells it to
// upload its list, 2 reads the list.
type FileListParams struct {
	IMEI string `api:"imei,required"`
	Type string `api:"type,required"`
}

// The methods of A30 apart from those of fences and trips, and others of the
// manual that are in no other list.
var (
	FenceDuration = Method[FenceDurationParams, FenceStay]{Name: "jimi.open.platform.fence.duration", Ref: "A30", Does: "times inside fences", IMEIs: 50, Span: month, Paging: ByRow, Size: 100}
	RFIDList      = Method[RFIDListParams, RFIDCard]{Name: "jimi.open.device.rfid.list", Ref: "A30", Does: "cards that were shown", IMEIs: 100, Span: month, Paging: ByPage, Size: 100}
	ChildList     = Method[DeviceListParams, Child]{Name: "jimi.user.child.list", Ref: "A30", Does: "the accounts below one"}
	ChildCreate   = Method[ChildCreateParams, Ack]{Name: "jimi.user.child.create", Ref: "A30", Does: "make an account below ours", Mutates: true}
	ChildUpdate   = Method[ChildUpdateParams, Ack]{Name: "jimi.user.child.update", Ref: "A30", Does: "change an account below ours", Mutates: true}
	ChildMove     = Method[ChildMoveParams, Ack]{Name: "jimi.user.child.move", Ref: "A30", Does: "put an account below another", Mutates: true}
	ChildDelete   = Method[ChildDeleteParams, Ack]{Name: "jimi.user.child.del", Ref: "A30", Does: "delete an account below ours", Mutates: true}
	HealthData    = Method[HealthParams, Health]{Name: "jimi.device.health.data", Ref: "A30", Does: "readings of a wearable"}
	DLTReport     = Method[DLTParams, DLTRecord]{Name: "jimi.open.platform.dlt.report", Ref: "A30", Does: "driving licences that were swiped", Span: month}
	FileList      = Method[FileListParams, Texts]{Name: "jimi.device.history.file.list", Ref: "published sample", Does: "names of the files on a camera"}
	TagDevices    = Method[TagDevicesParams, Ack]{Name: "jimi.device.location.updateTagDevices", Ref: "A30", Does: "tell TAGs to report anew", Mutates: true, IMEIs: 100}
	RemoteMedia   = Method[MediaURLParams, MediaFile]{Name: "jimi.device.media.URL", Ref: "A24", Does: "addresses of photos and videos that a command has made", Span: month, Paging: ByPageOf0, Size: 50}
	RTMPURL       = Method[DeviceParams, Text]{Name: "jimi.open.video.rtmp.url", Ref: "manual", Does: "address of an RTMP stream", Mutates: true}
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
	&RFIDList, &ChildList, &ChildCreate, &ChildUpdate, &ChildMove, &ChildDelete, &HealthData, &DLTReport, &TagDevices, &FileList, &RemoteMedia, &RTMPURL,
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
