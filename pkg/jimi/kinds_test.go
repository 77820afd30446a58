package jimi_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/jimi"
)

// The 22 pushes of the reference's section 10, as it prints their paths, and
// the one it left out.
var referencePaths = []string{
	"/pushevent", "/pushhb", "/pushgps", "/pushalarm", "/rfid", "/wgtc", "/pushoil", "/pushfileupload", "/pushtem",
	"/pushlbs", "/pushresourcelist", "/pushftpfileupload", "/pushIothubEvent", "/pushPassThroughData",
	"/pushTerminalTransInfo", "/pushInstructResponse", "/pushFileContent", "/pushextendedkks", "/uploadCallback",
	"/pushobd", "/pushfaultinfo", "/pushtripreport", "/generalBusiness",
}

func TestKindsHoldEveryPush(t *testing.T) {
	for _, path := range referencePaths {
		for _, form := range []string{path, strings.ToLower(path), strings.ToUpper(path), path + "/", "/integrations/Jimi" + path} {
			k, ok := jimi.LookupPath(form)
			if !ok || k.Path != path || k.Name != strings.ToLower(strings.TrimPrefix(path, "/")) {
				t.Errorf("%s: %+v %v", form, k, ok)
			}
		}
	}
	pushes := 0
	for _, k := range jimi.Kinds {
		if strings.HasPrefix(k.Doc, "https://docs.jimicloud.com/integration") {
			pushes++
		}
	}
	if pushes != len(referencePaths) {
		t.Errorf("%d kinds of push, want %d", pushes, len(referencePaths))
	}
}

func TestKindsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range jimi.Kinds {
		if seen[k.Name] {
			t.Errorf("%s occurs twice", k.Name)
		}
		seen[k.Name] = true
		if k.Name != strings.ToLower(k.Name) || k.Class == "" {
			t.Errorf("%+v", k)
		}
		if !strings.HasPrefix(k.Doc, "https://") && k.Class != jimi.ClassUndecodable {
			t.Errorf("%s links no document", k.Name)
		}
		if got, ok := jimi.LookupKind(k.Name); !ok || !reflect.DeepEqual(got, k) {
			t.Errorf("LookupKind(%s) = %+v %v", k.Name, got, ok)
		}
	}
}

func TestLookupKindFamilies(t *testing.T) {
	for name, class := range map[string]jimi.Class{
		"openapi.jimi.push.device.gps": jimi.ClassFix, "openapi.jimi.push.device.location": jimi.ClassFix, "openapi.jimi.push.device.obd": jimi.ClassOBD,
		"openapi.none": jimi.ClassAlarm, "openapi.jimi.push.alarm": jimi.ClassAlarm, "unknown.gps": jimi.ClassMessage, "poll.alarm": jimi.ClassMessage,
	} {
		if k, ok := jimi.LookupKind(name); !ok || k.Name != name || k.Class != class {
			t.Errorf("%s: %+v %v", name, k, ok)
		}
	}
	for _, name := range []string{"openapi.jimi.push.device.media", "poll.rfid_list", "api.jimi.open.device.move", "unknown.pushnew"} {
		if k, ok := jimi.LookupKind(name); !ok || k.Name != name || k.Class != jimi.ClassMessage {
			t.Errorf("%s: %+v %v", name, k, ok)
		}
	}
	for _, name := range []string{"", "unknown", "unknown.", "pushnew", "/pushgps"} {
		if k, ok := jimi.LookupKind(name); ok {
			t.Errorf("%s: %+v", name, k)
		}
	}
	for _, path := range []string{"/pushnew", "/", "", "//", "/pushgps/new", "pushgps"} {
		if k, ok := jimi.LookupPath(path); ok {
			t.Errorf("%s: %+v", path, k)
		}
	}
	if k, _ := jimi.LookupPath("/our/api/v1/tag/data/push/"); k.Name != jimi.KindTag {
		t.Errorf("a TAG push behind a path is %+v", k)
	}
}
