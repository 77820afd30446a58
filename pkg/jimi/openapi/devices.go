package openapi

// An Ack is the answer of a method that only says whether it went well.
type Ack struct{}

// UnmarshalJSON takes anything: what such methods answer differs.
func (*Ack) UnmarshalJSON([]byte) error { return nil }

// DeviceListParams name the account.
type DeviceListParams struct {
	Target string `api:"target,required,account"`
}

// A Device is one device of an account.
type Device struct {
	IMEI          Text   `json:"imei"`
	Name          Text   `json:"deviceName"`
	Model         Text   `json:"mcType"`
	ModelUse      Text   `json:"mcTypeUseScope"`
	SIM           Text   `json:"sim"`
	Expiration    Time   `json:"expiration"`
	Activation    Time   `json:"activationTime"`
	VehicleName   Text   `json:"vehicleName"`
	VehicleIcon   Text   `json:"vehicleIcon"`
	VehicleNumber Text   `json:"vehicleNumber"`
	VehicleModel  Text   `json:"vehicleModels"`
	CarFrame      Text   `json:"carFrame"`
	EngineNumber  Text   `json:"engineNumber"`
	DriverName    Text   `json:"driverName"`
	DriverPhone   Text   `json:"driverPhone"`
	Enabled       Switch `json:"enabledFlag"`
	GroupID       Text   `json:"deviceGroupId"`
	Group         Text   `json:"deviceGroup"`
	Account       Text   `json:"account"`
	MileageKM     Number `json:"currentMileage"` // odometer, km
	Remark        Text   `json:"reMark"`
}

// DeviceParams name one device.
type DeviceParams struct {
	IMEI string `api:"imei,required"`
}

// ExpirationParams set the end of devices' subscriptions.
type ExpirationParams struct {
	IMEIs      []string `api:"imei_list,required,imeis"`
	Expiration string   `api:"new_expiration,required"` // yyyy-MM-dd HH:mm:ss
}

// An ExpirationResult says what became of one device.
type ExpirationResult struct {
	IMEI    Text `json:"imei"`
	Result  Text `json:"update_result"`
	Message Text `json:"update_msg"`
}

// DeviceUpdateParams change what the platform knows of a vehicle.
type DeviceUpdateParams struct {
	IMEI          string  `api:"imei,required"`
	DeviceName    string  `api:"device_name"`
	VehicleName   string  `api:"vehicle_name"`
	VehicleIcon   string  `api:"vehicle_icon"`
	VehicleNumber string  `api:"vehicle_number"`
	VehicleModel  string  `api:"vehicle_models"`
	DriverName    string  `api:"driver_name"`
	DriverPhone   string  `api:"driver_phone"`
	DeviceStatus  string  `api:"device_status"`
	SIM           string  `api:"sim"`
	Remarks       string  `api:"remarks"`
	FuelPer100KM  string  `api:"oilWear"` // litres
	GroupID       string  `api:"deviceGroupId"`
	MileageKM     float64 `api:"mileage"`
}

// DeviceMoveParams move devices to another account.
type DeviceMoveParams struct {
	From      string   `api:"src_account,required"`
	To        string   `api:"dest_account,required"`
	IMEIs     []string `api:"imeis,required,imeis"`
	CleanBind bool     `api:"cleanBindFlag"`
}

// BindParams name a device and an app user.
type BindParams struct {
	IMEI string `api:"imei,required"`
	User string `api:"user_id,required"`
}

// GroupCreateParams name a new group.
type GroupCreateParams struct {
	Account string `api:"account,required,account"`
	Name    string `api:"group_name,required"`
}

// GroupUpdateParams rename a group.
type GroupUpdateParams struct {
	ID   string `api:"group_id,required"`
	Name string `api:"group_name,required"`
}

// GroupDeleteParams name a group.
type GroupDeleteParams struct {
	ID string `api:"group_id,required"`
}

// AccountParams name an account.
type AccountParams struct {
	Account string `api:"account,required,account"`
}

// A Group is a group of devices.
type Group struct {
	ID   Text `json:"group_id"`
	Name Text `json:"group_name"`
}

// The methods of device management.
var (
	DeviceList       = Method[DeviceListParams, Device]{Name: "jimi.user.device.list", Ref: "4.1", Does: "all devices of an account"}
	DeviceDetail     = Method[DeviceParams, Device]{Name: "jimi.track.device.detail", Ref: "4.2", Does: "what is known of one device"}
	ExpirationUpdate = Method[ExpirationParams, ExpirationResult]{Name: "jimi.user.device.expiration.update", Ref: "4.3", Does: "set the end of subscriptions", Mutates: true, IMEIs: 50}
	DeviceUpdate     = Method[DeviceUpdateParams, Ack]{Name: "jimi.open.device.update", Ref: "4.4", Does: "change vehicle, driver and device data", Mutates: true}
	DeviceMove       = Method[DeviceMoveParams, Text]{Name: "jimi.open.device.move", Ref: "4.5", Does: "move devices to another account", Mutates: true, IMEIs: 50}
	DeviceBind       = Method[BindParams, Ack]{Name: "jimi.open.device.bind", Ref: "4.6", Does: "bind a device to an app user", Mutates: true}
	DeviceUnbind     = Method[BindParams, Ack]{Name: "jimi.open.device.unbind", Ref: "4.7", Does: "unbind a device from an app user", Mutates: true}
	GroupCreate      = Method[GroupCreateParams, Group]{Name: "jimi.device.group.create", Ref: "4.8", Does: "make a group of devices", Mutates: true}
	GroupUpdate      = Method[GroupUpdateParams, Ack]{Name: "jimi.device.group.update", Ref: "4.9", Does: "rename a group", Mutates: true}
	GroupDelete      = Method[GroupDeleteParams, Ack]{Name: "jimi.device.group.delete", Ref: "4.10", Does: "delete a group", Mutates: true}
	GroupList        = Method[AccountParams, Group]{Name: "jimi.device.group.list", Ref: "4.11", Does: "the groups of an account"}
)
