package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/odograph/odograph/internal/jsonscan"
)

// A body is what a request carries: its fields, whichever way they were sent.
type body struct {
	token    []byte
	list     []byte // data_list, or what stands for it: JSON, not yet walked
	msgType  []byte
	fields   map[string]string // other fields of a form, where there is no list
	single   []byte            // a JSON body that is itself the item, or the array of items
	tokenAt  [2]int            // where the token stands in the body as it came, to hide it in what is kept
	original []byte            // the body as it came
}

var (
	errForm    = errors.New("the form is broken: a '%' is not followed by two hexadecimal digits")
	errNoItems = errors.New("the body holds no items: want a form or JSON with data_list")
)

// parseBody reads a body of any of the forms that the platform's senders use:
// form, JSON, multipart. What could be read is given even with an error, since
// the token decides whether a broken body is worth keeping.
//
// The content type is not trusted: some senders name JSON and send a form, or
// the other way round.
func parseBody(contentType string, raw []byte) (body, error) {
	media, params, _ := mime.ParseMediaType(contentType)
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	switch {
	case strings.HasPrefix(media, "multipart/"):
		return parseMultipart(raw, params["boundary"])
	case looksLikeJSON(raw), strings.HasSuffix(media, "json") && bytes.IndexByte(raw, '=') < 0:
		return parseJSON(raw)
	default:
		return parseForm(raw)
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// fieldName is the platform's spelling of a field of the request, which senders
// write as data_list, dataList or Data_List.
func fieldName(key []byte) string {
	if len(key) <= maxFieldName {
		for i := range fieldNames {
			if string(key) == fieldNames[i] {
				return fieldNames[i]
			}
		}
		folded := bytes.ReplaceAll(key, []byte{'_'}, nil)
		for i := range fieldNames {
			if strings.EqualFold(string(folded), strings.ReplaceAll(fieldNames[i], "_", "")) {
				return fieldNames[i]
			}
		}
	}
	return ""
}

var fieldNames = [...]string{"token", "data_list", "msgType", "data", "callbackBody"}

const maxFieldName = 16

func looksLikeJSON(raw []byte) bool {
	t := bytes.TrimLeft(raw, " \t\r\n")
	return len(t) > 0 && (t[0] == '{' || t[0] == '[')
}

// parseForm reads an application/x-www-form-urlencoded body and unescapes only
// what is needed: the standard library's parser costs more than the rest of
// the request.
func parseForm(raw []byte) (b body, err error) {
	b.original = raw
	var others [][]byte // pairs that are not ours, for a form without a list
	for at := 0; at < len(raw); {
		pair := raw[at:]
		if i := bytes.IndexByte(pair, '&'); i >= 0 {
			pair = pair[:i]
		}
		at += len(pair) + 1
		key, value, _ := bytes.Cut(pair, []byte{'='})
		var bad error
		switch fieldName(key) {
		case "token":
			b.tokenAt = [2]int{at - 1 - len(value), at - 1}
			b.token, bad = unescape(value)
		case "data_list", "data", "callbackBody":
			b.list, bad = unescape(value)
		case "msgType":
			b.msgType, bad = unescape(value)
		default:
			others = append(others, pair)
		}
		if bad != nil {
			err = fmt.Errorf("field %s: %w", key, bad)
		}
	}
	if err == nil && b.list == nil {
		b.fields, err = formFields(others)
	}
	return b, err
}

// formFields reads the fields of a form that has no list: it may be an item
// itself.
func formFields(pairs [][]byte) (map[string]string, error) {
	out := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := bytes.Cut(pair, []byte{'='})
		if !ok {
			continue
		}
		k, err := unescape(key)
		if err != nil {
			return nil, err
		}
		v, err := unescape(value)
		if err != nil {
			return nil, err
		}
		out[string(k)] = string(v)
	}
	return out, nil
}

// unescape undoes percent-encoding: "+" is a space, "%XX" a byte. It gives s
// itself where nothing is escaped, and never changes it.
func unescape(s []byte) ([]byte, error) {
	i := bytes.IndexAny(s, "%+")
	if i < 0 {
		return s, nil
	}
	out := append(make([]byte, 0, len(s)), s[:i]...)
	for i < len(s) {
		c := s[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if i+2 >= len(s) || unhex[s[i+1]] == notHex || unhex[s[i+2]] == notHex {
				return nil, errForm
			}
			c = unhex[s[i+1]]<<4 | unhex[s[i+2]]
			i += 2
		}
		out = append(out, c)
		i++
	}
	return out, nil
}

const notHex = 0xff

var unhex = func() (t [256]byte) {
	for i := range t {
		t[i] = notHex
	}
	for i := range byte(10) {
		t['0'+i] = i
	}
	for i := range byte(6) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return t
}()

// parseJSON reads a JSON body: an object with a data_list, an object that is
// the item itself, or an array of items. What stands in data is the list if it
// is an array or the body names the type of message that it is; else the body
// is an answer to a command with its data, and the item.
func parseJSON(raw []byte) (b body, err error) {
	b.original = raw
	if t := bytes.TrimLeft(raw, " \t\r\n"); len(t) > 0 && t[0] == '[' {
		b.single = raw
		return b, nil
	}
	var data []byte
	isItem := false
	err = jsonscan.Object(raw, func(key, value []byte) error {
		switch fieldName(key) {
		case "token":
			if value[0] == '"' {
				b.token, _ = jsonscan.AppendUnquoted(nil, value)
				start := cap(raw) - cap(value) // value lies inside raw
				b.tokenAt = [2]int{start + 1, start + len(value) - 1}
			}
		case "data_list", "callbackBody":
			b.list = value
		case "data":
			data = value
		case "msgType":
			b.msgType = bytes.Trim(value, `"`)
		default:
			isItem = isItem || strings.EqualFold(string(key), "imei") || strings.EqualFold(string(key), "deviceImei")
		}
		return nil
	})
	if err != nil {
		return b, fmt.Errorf("the body is not JSON: %w", err)
	}
	if b.list == nil && data != nil && !isItem && (data[0] == '[' || isTypeName(b.msgType)) {
		b.list = data
	}
	if b.list == nil {
		b.single = b.withoutToken()
	}
	return b, nil
}

// isTypeName tells the msgType of the Open API push, a name, from that of an
// answer to a command, a number.
func isTypeName(msgType []byte) bool { return bytes.IndexByte(msgType, '.') > 0 }

func parseMultipart(raw []byte, boundary string) (b body, err error) {
	b.original = raw
	r := multipart.NewReader(bytes.NewReader(raw), boundary)
	b.fields = map[string]string{}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, fmt.Errorf("the multipart body is broken: %w", err)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return b, fmt.Errorf("the multipart body is broken: %w", err)
		}
		switch fieldName([]byte(part.FormName())) {
		case "token":
			b.token = value
			if i := bytes.Index(raw, value); i >= 0 && len(value) > 0 {
				b.tokenAt = [2]int{i, i + len(value)}
			}
		case "data_list", "data", "callbackBody":
			b.list = value
		case "msgType":
			b.msgType = value
		default:
			b.fields[part.FormName()] = string(value)
		}
	}
}

// withoutToken is the body as it came, with *** in place of the token: what is
// kept can be read by analysts, who must not learn it.
func (b *body) withoutToken() []byte {
	from, to := b.tokenAt[0], b.tokenAt[1]
	if from >= to || to > len(b.original) {
		return b.original
	}
	out := make([]byte, 0, len(b.original)+3)
	out = append(out, b.original[:from]...)
	out = append(out, "***"...)
	return append(out, b.original[to:]...)
}

// items calls f with the bytes of each item, in order. The list may be an
// array, a single object, or a JSON string that holds either; so may an element
// of the array be a string that holds the object. A list that is
// broken anywhere gives no item at all, so that nothing is taken twice when
// the sender repeats it.
func (b *body) items(f func(item []byte)) error {
	switch {
	case b.list != nil:
		return walkItems(b.list, f, true)
	case b.single != nil:
		return walkItems(b.single, f, false)
	case len(b.fields) > 0:
		item, err := json.Marshal(b.fields)
		if err != nil {
			return err
		}
		f(item)
		return nil
	}
	return errNoItems
}

// quotedObject is the object that an element holds as a string.
func quotedObject(item []byte) (object []byte, ok bool) {
	if item[0] != '"' {
		return nil, false
	}
	inner, ok := jsonscan.AppendUnquoted(nil, item)
	inner = bytes.TrimSpace(inner)
	return inner, ok && len(inner) > 0 && inner[0] == '{' && jsonscan.Check(inner) == nil
}

// maxItems bounds what one request can cost. The platform documents 50; a list
// beyond maxItems is kept whole, as a dead letter.
const maxItems = 10_000

var errTooMany = fmt.Errorf("more than %d items in one request (the platform documents 50)", maxItems)

func walkItems(list []byte, f func(item []byte), mayBeQuoted bool) error {
	list = bytes.TrimSpace(list)
	if len(list) == 0 {
		return errNoItems
	}
	switch list[0] {
	case '[':
		var found [][]byte
		err := jsonscan.Array(list, func(item []byte) error {
			if len(found) == maxItems {
				return errTooMany
			}
			if inner, ok := quotedObject(item); ok {
				item = inner
			}
			found = append(found, item)
			return nil
		})
		if err != nil {
			return fmt.Errorf("data_list: %w", err)
		}
		for _, item := range found {
			f(item)
		}
		return nil
	case '{':
		if err := jsonscan.Check(list); err != nil && !errors.Is(err, jsonscan.ErrTooDeep) {
			return fmt.Errorf("data_list: %w", err)
		}
		f(list)
		return nil
	case '"':
		if inner, ok := jsonscan.AppendUnquoted(nil, list); ok && mayBeQuoted {
			return walkItems(inner, f, false)
		}
	}
	return fmt.Errorf("data_list: %w", errNoItems)
}
