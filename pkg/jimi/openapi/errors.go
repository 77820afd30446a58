package openapi

import (
	"errors"
	"fmt"
	"strings"
)

// A Class says what an error means for whoever called.
type Class string

// The classes.
const (
	ClassParameter   Class = "parameter"   // the call is wrong, and will be again
	ClassAuth        Class = "auth"        // credentials, token or rights
	ClassRate        Class = "rate"        // too many calls, later ones may do
	ClassQuota       Class = "quota"       // the day's calls are used up
	ClassTransient   Class = "transient"   // busy, network, timeout: the same call may do
	ClassOffline     Class = "offline"     // the device is not connected
	ClassUnavailable Class = "unavailable" // the platform does not offer this to the account or device
	ClassBusiness    Class = "business"    // refused for a reason of its own, see the message
)

// An Error is the platform's refusal of a call, or the failure to reach it.
// Its text holds no secret, no signature and no address with parameters.
type Error struct {
	Method  string
	Code    string // of the platform; empty where it did not answer
	Message string
	Class   Class
	Hint    string // what to do
	Err     error  // the cause, where the platform did not answer
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Method)
	if e.Code != "" {
		fmt.Fprintf(&b, ": code %s", e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	fmt.Fprintf(&b, " (%s)", e.Class)
	if e.Hint != "" {
		b.WriteString(": " + e.Hint)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of an error of this package; empty for any other.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

const (
	regionHint = "check app key, secret, user and password; the node of a wrong region answers as wrong credentials do " +
		"(hk-open, eu-open, us-open.tracksolidpro.com, open.10000track.com)"
	offlineHint = "the device is not connected; commands are queued only where the method offers it"
)

// A verdict is what a code means.
type verdict struct {
	class Class
	hint  string
}

// codes are the platform's (Open API and instruction API).
var codes = map[string]verdict{
	"-1":     {ClassTransient, "the platform is busy"},
	"10":     {ClassBusiness, "the device is bound or unbound already"},
	"1001":   {ClassParameter, "a parameter is missing or of the wrong form"},
	"1002":   {ClassAuth, "the device or account is not yours, or is another region's"},
	"1003":   {ClassBusiness, "the operation was done before"},
	"1004":   {ClassAuth, regionHint},
	"401":    {ClassAuth, regionHint},
	"1005":   {ClassRate, "too many calls from this address"},
	"1006":   {ClassRate, "too many calls of this account"},
	"1007":   {ClassParameter, "the platform does not know this method"},
	"1008":   {ClassParameter, "the platform does not take this input"},
	"1100":   {ClassUnavailable, "the platform does not offer this for the account or device"},
	"1112":   {ClassBusiness, "the device is there already"},
	"1114":   {ClassBusiness, "a fence of this name is there already"},
	"1207":   {ClassTransient, "the device has not sent its list yet: ask again once a second, up to 20 times"},
	"12005":  {ClassBusiness, "the command was not sent, see the code in the message"},
	"213":    {ClassBusiness, "the account is there already"},
	"214":    {ClassAuth, "there is no such account"},
	"215":    {ClassParameter, "the kind of account does not fit"},
	"217":    {ClassAuth, "the target account is not yours"},
	"218":    {ClassBusiness, "devices go to accounts below only"},
	"219":    {ClassParameter, "the list of IMEIs is wrong"},
	"220":    {ClassParameter, "too many IMEIs"},
	"225":    {ClassTransient, "the device did not answer in time"},
	"226":    {ClassParameter, "the command's parameters are wrong"},
	"227":    {ClassBusiness, "the device did not carry the command out"},
	"228":    {ClassOffline, offlineHint},
	"229":    {ClassTransient, "network between platform and device"},
	"238":    {ClassBusiness, "the command was interrupted"},
	"240":    {ClassParameter, "the command's form is wrong"},
	"243":    {ClassUnavailable, "the device does not support the command"},
	"252":    {ClassTransient, "the device is busy"},
	"30010":  {ClassAuth, "the instruction password is wrong"},
	"41001":  {ClassBusiness, "the device holds no more fences"},
	"41002":  {ClassBusiness, "the fence's name"},
	"41003":  {ClassOffline, offlineHint},
	"41004":  {ClassBusiness, "the device refused the fence"},
	"20002":  {ClassBusiness, "not found"},
	"400001": {ClassParameter, "the platform does not know this method"},
	"400002": {ClassParameter, "a parameter is missing or of the wrong form"},
}

// refusal is the error of an answer with a code other than 0.
func refusal(method, code, message string) *Error {
	v, ok := codes[code]
	if !ok {
		v = verdict{ClassBusiness, ""}
	}
	message = strings.TrimSpace(message)
	if v.class == ClassRate && strings.Contains(strings.ToLower(message), "quota") {
		v = verdict{ClassQuota, "the account's calls of this day are used up; more from the next day (UTC) on"}
	}
	if text := []rune(message); len(text) > 200 {
		message = string(text[:200]) + "…"
	}
	return &Error{Method: method, Code: code, Message: message, Class: v.class, Hint: v.hint}
}
