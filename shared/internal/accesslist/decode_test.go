package accesslist

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// descriptor puts one together from hexadecimal digits; blanks are for the reader.
func descriptor(t *testing.T, parts ...string) []byte {
	t.Helper()
	content, err := hex.DecodeString(strings.ReplaceAll(strings.Join(parts, ""), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// The parts of descriptors. The owner of each is the system.
const (
	header  = "01 00 0480 14000000 00000000 00000000 20000000" // the owner at 20, the list at 32
	system  = "01 01 000000000005 12000000"
	admins  = "01 02 000000000005 20000000 20020000"
	anybody = "01 01 000000000001 00000000"
)

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		want    List
	}{
		"no list":   {descriptor(t, "01 00 0080 14000000 00000000 00000000 00000000", system), List{Everybody: true}},
		"null list": {descriptor(t, "01 00 0480 14000000 00000000 00000000 00000000", system), List{Everybody: true}},
		"empty":     {descriptor(t, header, system, "02 00 0800 0000 0000"), List{Entries: []Entry{}}},
		"entries": {descriptor(t, header, system, "02 00 3400 0200 0000",
			"01 03 1400 ff011f00", anybody, "00 19 1800 a9001200", admins), List{Entries: []Entry{
			{SID: everyone, Rights: full, Deny: true, ForFiles: true},
			{SID: Administrators, Rights: readExecute, Inherited: true, ForFiles: true, Inert: true}}}},
		"conditions": {descriptor(t, header, system, "02 00 3000 0200 0000",
			"0a 00 1400 ff011f00", anybody, "09 00 1400 ff011f00", anybody), List{Entries: []Entry{
			{SID: everyone, Rights: full}}}},
		"an owner of many parts": {descriptor(t, "01 00 0480 14000000 00000000 00000000 00000000",
			"01 06 000000000005 50000000 b589fb38 1984c2cb 5c6c236d 5700776e c0026487"),
			List{Owner: trustedInstaller, Everybody: true}},
	} {
		if c.want.Owner == "" {
			c.want.Owner = System
		}
		if got, err := Decode(c.content); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestMalformed holds that of what cannot be understood nothing follows, wherever it is cut off.
func TestMalformed(t *testing.T) {
	whole := descriptor(t, header, system, "02 00 1c00 0100 0000", "00 00 1400 ff011f00", anybody)
	if _, err := Decode(whole); err != nil {
		t.Fatal(err)
	}
	for length := range whole {
		if list, err := Decode(whole[:length]); !errors.Is(err, errMalformed) {
			t.Errorf("%d bytes: %+v, %v", length, list, err)
		}
	}
	for name, content := range map[string][]byte{
		"an entry for objects":  descriptor(t, header, system, "02 00 1c00 0100 0000", "05 00 1400 ff011f00", anybody),
		"an entry without size": descriptor(t, header, system, "02 00 1c00 0100 0000", "00 00 0000 ff011f00", anybody),
		"no owner":              descriptor(t, "01 00 0080 00000000 00000000 00000000 00000000", system),
		"an identifier too long": descriptor(t, header, system, "02 00 1c00 0100 0000", "00 00 1400 ff011f00",
			"01 02 000000000001 00000000"),
		"an unknown identifier": descriptor(t, "01 00 0080 14000000 00000000 00000000 00000000",
			"02 01 000000000005 12000000"),
	} {
		if list, err := Decode(content); !errors.Is(err, errMalformed) {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{1, 0, 4, 0x80})
	f.Fuzz(func(_ *testing.T, content []byte) { _, _ = Decode(content) })
}
