package derive

import (
	"testing"

	"github.com/odograph/odograph/pkg/geofence"
)

// TestBaseWithoutFences: what was written before there were fences is read.
func TestBaseWithoutFences(t *testing.T) {
	var j, again judges
	j.last.Time = 5
	all := j.append(nil)
	before := all[:len(all)-len(new(geofence.State).Append(nil))]
	if rest, err := again.decode(before, baseWithoutFences); err != nil || len(rest) > 0 || again.last != j.last {
		t.Errorf("%d bytes left: %v", len(rest), err)
	}
	if _, err := again.decode(before, baseVersion); err == nil {
		t.Error("took a base that is cut off")
	}
}
