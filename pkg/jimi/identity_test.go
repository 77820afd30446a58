package jimi_test

import (
	"testing"

	"github.com/odograph/odograph/pkg/jimi"
)

func TestIMEI(t *testing.T) {
	for _, c := range []struct {
		in, want string
	}{
		{`{"deviceImei":"862000000000001","imei":"1"}`, "862000000000001"},
		{`{"imei":"1","deviceImei":"862000000000001"}`, "862000000000001"},
		{`{"imei":862000000000002}`, "862000000000002"},
		{`{"imei":"","msg":{"deviceImei":"862000000000003"}}`, "862000000000003"},
		{`{"imei":null,"msg":{"imei":"862000000000004","deviceImei":"null"}}`, "862000000000004"},
		{`{"msg":{"imei":"5"},"imei":"862000000000005"}`, "862000000000005"},
		{`{"code":0,"data":{"_code":"100","_imei":"862000000000006"},"token":"x"}`, "862000000000006"},
		{`{"_code":"100","_imei":"862000000000007"}`, "862000000000007"},
		{`{"deviceImei":" 3557131897591850 "}`, "3557131897591850"},
		{`{"device\u0049mei":"8620\u003000000000008"}`, "8620000000000008"},
		{`{"deviceImei":"862000000000009","data":[1,2],"msg":"text"}`, "862000000000009"},
		{`{"deviceImei":""}`, ""},
		{`{"deviceImei":null}`, ""},
		{`{"deviceImei":{"a":1}}`, ""},
		{`{"deviceImei":8.62E14}`, ""},
		{`{"deviceImei":"8620 0000"}`, ""},
		{`{"deviceImei":"123456789012345678901234567890123"}`, ""},
		{`{"data":{"deviceImei":"1"}}`, ""},
		{`{}`, ""}, {`[]`, ""}, {``, ""}, {`{"imei":"1"`, ""}, {`"862000000000001"`, ""},
	} {
		got, ok := jimi.IMEI([]byte(c.in))
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v, want %q", c.in, got, ok, c.want)
		}
	}
}
