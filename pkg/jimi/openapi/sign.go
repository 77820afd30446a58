package openapi

import (
	"crypto/md5" //nolint:gosec // what the platform asks for
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Sign is the signature of a call's parameters: the MD5 of the secret, every
// name and value in the order of the names, and the secret, in upper-case hex.
// Empty values and sign itself are left out (reference 2, A4).
func Sign(secret string, params map[string]string) string {
	var b strings.Builder
	b.WriteString(secret)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if value := params[name]; name != "" && name != "sign" && value != "" {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	b.WriteString(secret)
	sum := md5.Sum([]byte(b.String())) //nolint:gosec // as above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
