package accesslist

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errMalformed is a list that is not as documented. Nothing follows from it, so it is never trusted.
var errMalformed = errors.New("its access control list cannot be understood")

// Control bits, kinds of entries and their flags.
const (
	controlListPresent = 0x4

	kindAllow         = 0
	kindDeny          = 1
	kindAllowCallback = 9
	kindDenyCallback  = 10

	flagObjectInherit = 0x1
	flagInheritOnly   = 0x8
	flagInherited     = 0x10
)

// Decode reads a security descriptor in its self-relative form, which has offsets where others have pointers.
func Decode(descriptor []byte) (List, error) {
	if len(descriptor) < 20 {
		return List{}, errMalformed
	}
	owner, err := from(descriptor, binary.LittleEndian.Uint32(descriptor[4:]))
	if err != nil {
		return List{}, err
	}
	var list List
	if list.Owner, err = decodeSID(owner); err != nil {
		return List{}, err
	}
	offset := binary.LittleEndian.Uint32(descriptor[16:])
	if binary.LittleEndian.Uint16(descriptor[2:])&controlListPresent == 0 || offset == 0 {
		list.Everybody = true
		return list, nil
	}
	entries, err := from(descriptor, offset)
	if err != nil {
		return List{}, err
	}
	list.Entries, err = decodeEntries(entries)
	return list, err
}

func from(descriptor []byte, offset uint32) ([]byte, error) {
	if offset < 20 || uint64(offset) >= uint64(len(descriptor)) {
		return nil, errMalformed
	}
	return descriptor[offset:], nil
}

func decodeEntries(list []byte) ([]Entry, error) {
	if len(list) < 8 {
		return nil, errMalformed
	}
	count, rest := binary.LittleEndian.Uint16(list[4:]), list[8:]
	entries := make([]Entry, 0, count)
	for range count {
		if len(rest) < 8 {
			return nil, errMalformed
		}
		size := int(binary.LittleEndian.Uint16(rest[2:]))
		if size < 8 || size > len(rest) {
			return nil, errMalformed
		}
		entry, counts, err := decodeEntry(rest[:size])
		if err != nil {
			return nil, err
		}
		if counts {
			entries = append(entries, entry)
		}
		rest = rest[size:]
	}
	return entries, nil
}

// decodeEntry reads one entry. One that denies under a condition does not count: the condition may not hold. One that
// allows under a condition does.
func decodeEntry(entry []byte) (decoded Entry, counts bool, err error) {
	kind, flags := entry[0], entry[1]
	switch kind {
	case kindAllow, kindDeny, kindAllowCallback:
	case kindDenyCallback:
		return Entry{}, false, nil
	default:
		return Entry{}, false, fmt.Errorf("%w: it has an entry of kind %d", errMalformed, kind)
	}
	sid, err := decodeSID(entry[8:])
	return Entry{
		SID: sid, Rights: Rights(binary.LittleEndian.Uint32(entry[4:])), Deny: kind == kindDeny,
		Inherited: flags&flagInherited != 0, ForFiles: flags&flagObjectInherit != 0, Inert: flags&flagInheritOnly != 0,
	}, true, err
}

// decodeSID reads the identifier that the bytes begin with.
func decodeSID(sid []byte) (string, error) {
	if len(sid) < 8 || sid[0] != 1 || len(sid) < 8+4*int(sid[1]) {
		return "", errMalformed
	}
	var authority [8]byte
	copy(authority[2:], sid[2:8])
	var text strings.Builder
	text.WriteString("S-1-" + strconv.FormatUint(binary.BigEndian.Uint64(authority[:]), 10))
	for i := range int(sid[1]) {
		part := binary.LittleEndian.Uint32(sid[8+4*i:])
		text.WriteString("-" + strconv.FormatUint(uint64(part), 10))
	}
	return text.String(), nil
}
