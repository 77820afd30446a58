package openapi

// An Instruction is a command that a device understands.
type Instruction struct {
	ID      Text   `json:"id"`
	Name    Text   `json:"orderName"`
	Content Text   `json:"orderContent"`
	Explain Text   `json:"orderExplain"`
	Offline Switch `json:"isOffLine"` // can be queued for a device that is not connected
}

// InstructionSendParams hold a command; Params is JSON, such as
// {"inst_id":"416","inst_template":"SOS,A,{0}#","params":["13800138000"],"is_cover":"true"}.
type InstructionSendParams struct {
	IMEI   string `api:"imei,required"`
	Params string `api:"inst_param_json,required"`
}

// An InstructionResult is what became of a command.
type InstructionResult struct {
	ID       Text `json:"codeId"`
	Code     Text `json:"code"`
	Content  Text `json:"content"`
	State    Text `json:"isExecute"` // 0 failed, 1 executed, 3 to be sent, 4 cancelled
	SendTime Time `json:"sendTime"`
	Sender   Text `json:"sender"`
	Device   Text `json:"receiveDevice"`
}

// RawCommandParams hold a command as the device's protocol has it, in hex.
type RawCommandParams struct {
	IMEI string `api:"imei,required"`
	Raw  string `api:"raw_cmd,required"`
}

// The methods of commands.
var (
	InstructionList    = Method[DeviceParams, Instruction]{Name: "jimi.open.instruction.list", Ref: "8.1", Does: "commands that a device understands"}
	InstructionSend    = Method[InstructionSendParams, Text]{Name: "jimi.open.instruction.send", Ref: "8.2", Does: "send a command", Mutates: true}
	InstructionResults = Method[DeviceParams, InstructionResult]{Name: "jimi.open.instruction.result", Ref: "8.3", Does: "what became of commands"}
	RawCommand         = Method[RawCommandParams, Text]{Name: "jimi.open.instruction.raw.send", Ref: "8.4", Does: "send a raw command", Mutates: true}
)
