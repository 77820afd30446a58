package fencing

import (
	"time"
)

// For tests.
var (
	Sample = sample
	Finish = (*Set).finish
)

// TopicOf is a topic that was read.
func TopicOf(state map[string]*State) *Topic { return &Topic{state: state} }

// SetQuiet sets how long nothing may come until the brokers are asked.
func (t *Topic) SetQuiet(d time.Duration) { t.quiet = d }
