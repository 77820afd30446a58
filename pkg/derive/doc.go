// Package derive finds out what the vehicles did: it takes a device's fixes and
// marks through all detectors in the order of event time, and corrects what it
// said before when something arrives late.
//
// Of each device it keeps a base, which is the detectors' state at some time
// that nothing late is taken before, and the entries since then (pkg/timeline).
// An entry that comes in order goes through the live state and what it leads to
// comes out at once. After one that comes late, the entries since the base are
// run through the detectors as they were and as they are now: what differs comes
// out as a correction, an upsert or a retraction with the next revision. So any
// order and any duplication of the same entries within the lateness end in the
// same events as one ordered pass.
//
// All detectors stand in one list, in judges.go.
package derive
