package fencing

// For tests.
var (
	Sample = sample
	Finish = (*Set).finish
)

// TopicOf is a topic that was read.
func TopicOf(state map[string]*State) *Topic { return &Topic{state: state} }
