package fencing

// For tests.
var (
	Sample = sample
	Finish = (*Set).finish
)
