package derive

import "github.com/odograph/odograph/pkg/timeline"

// Log is the entries since the base, and Base the time up to which they are in it.
func (d *Device) Log() (log *timeline.Log, base int64) { return &d.log, d.base.at }
