package openapi

// DeviceFenceParams describe a circle that the device itself watches. Radius
// counts in 100 m, 1 to 9999 (A26).
type DeviceFenceParams struct {
	IMEI       string  `api:"imei,required"`
	Name       string  `api:"fence_name,required"`
	AlarmType  string  `api:"alarm_type,required"`   // in, out or in,out
	ReportMode string  `api:"report_mode,required"`  // 0 GPRS, 1 SMS and GPRS
	Switch     string  `api:"alarm_switch,required"` // ON or OFF
	Lng        float64 `api:"lng,required"`
	Lat        float64 `api:"lat,required"`
	Radius     int     `api:"radius,required"`
	Zoom       int     `api:"zoom_level,required"`
	MapType    string  `api:"map_type,required"`
}

// DeviceFenceDeleteParams name a device's fence.
type DeviceFenceDeleteParams struct {
	IMEI   string `api:"imei,required"`
	Number string `api:"instruct_no,required"`
}

// PlatformFenceParams describe a fence that the platform watches. Geometry is
// lat,lng#lat,lng…, latitude first; a circle's radius is 200 to 5000 m (A27).
type PlatformFenceParams struct {
	Account     string `api:"account,required,account"`
	Name        string `api:"fence_name,required"`
	Type        string `api:"fence_type,required"` // circle or polygon
	Geometry    string `api:"geom,required"`
	Color       string `api:"fence_color"`
	RadiusM     int    `api:"radius"`
	Description string `api:"description"`
}

// FenceUpdateParams change a platform fence.
type FenceUpdateParams struct {
	Account     string `api:"account,required,account"`
	ID          string `api:"fence_id,required"`
	Name        string `api:"fence_name,required"`
	Type        string `api:"fence_type,required"`
	Geometry    string `api:"geom,required"`
	Color       string `api:"fence_color"`
	RadiusM     int    `api:"radius"`
	Description string `api:"description"`
}

// FenceParams name a platform fence.
type FenceParams struct {
	Account string `api:"account,required,account"`
	ID      string `api:"fence_id,required"`
}

// FenceDetailParams name a platform fence of any account that is ours.
type FenceDetailParams struct {
	ID string `api:"fence_id,required"`
}

// FenceBindParams put devices under a fence. AlertType holds in, out,
// stayTimeIn, stayTimeOut; dwell times are days (A28).
type FenceBindParams struct {
	ID          string   `api:"fence_id,required"`
	IMEIs       []string `api:"imeis,imeis"`
	AlertType   string   `api:"alert_type"`
	StayInDays  int      `api:"stay_time_in"`
	StayOutDays int      `api:"stay_time_out"`
}

// FenceListParams ask for an account's fences.
type FenceListParams struct {
	Account string `api:"account,required,account"`
	Page    int    `api:"page_no,page"`
	Size    int    `api:"page_size,size"`
}

// A Fence is a platform fence: coordinates are lat,lng;lat,lng…, radius in
// metres.
type Fence struct {
	ID          Text   `json:"fence_id"`
	Name        Text   `json:"fence_name"`
	Type        Text   `json:"fence_type"`
	Coordinates Text   `json:"coordinates"`
	RadiusM     Number `json:"radius"`
	IMEIs       Texts  `json:"imeis"`
	AlertType   Text   `json:"alert_type"`
	StayInDays  Number `json:"stay_time_in"`
	StayOutDays Number `json:"stay_time_out"`
	Account     Text   `json:"account"`
	Description Text   `json:"description"`
}

// The methods of fences.
var (
	DeviceFenceCreate = Method[DeviceFenceParams, Text]{Name: "jimi.open.device.fence.create", Ref: "9.1", Does: "make a fence on a device", Mutates: true}
	DeviceFenceDelete = Method[DeviceFenceDeleteParams, Ack]{Name: "jimi.open.device.fence.delete", Ref: "9.2", Does: "delete a fence on a device", Mutates: true}
	FenceCreate       = Method[PlatformFenceParams, Text]{Name: "jimi.open.platform.fence.create", Ref: "9.3", Does: "make a fence on the platform", Mutates: true}
	FenceDelete       = Method[FenceParams, Ack]{Name: "jimi.open.platform.fence.delete", Ref: "9.4", Does: "delete a fence on the platform", Mutates: true}
	FenceBind         = Method[FenceBindParams, Text]{Name: "jimi.open.platform.fence.bind", Ref: "9.5", Does: "put devices under a fence", Mutates: true, IMEIs: 50}
	FenceUpdate       = Method[FenceUpdateParams, Ack]{Name: "jimi.open.platform.fence.update", Ref: "A30", Does: "change a fence on the platform", Mutates: true}
	FenceList         = Method[FenceListParams, Fence]{Name: "jimi.open.platform.fence.list", Ref: "A30", Does: "the fences of an account", Paging: ByPage, Size: 50}
	FenceDetail       = Method[FenceDetailParams, Fence]{Name: "jimi.open.platform.fence.detail", Ref: "A30", Does: "one fence"}
)
