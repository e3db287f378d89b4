// Package plaintext reads texts that people write into files, whatever their editor or shell adds to them.
package plaintext

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// From returns the text of a file as it was meant: without a byte order mark, with lines that end in line feeds, and
// what PowerShell has written, which is UTF-16 with a byte order mark, in UTF-8. What is no text in UTF-8 stays so.
func From(content []byte) []byte {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		content = fromUTF16(content[2:], binary.LittleEndian)
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		content = fromUTF16(content[2:], binary.BigEndian)
	default:
		content = bytes.TrimPrefix(content, []byte("\ufeff"))
	}
	return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
}

// fromUTF16 decodes a text. Half a character at the end is an invalid one.
func fromUTF16(content []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, 0, len(content)/2+1)
	for ; len(content) >= 2; content = content[2:] {
		units = append(units, order.Uint16(content))
	}
	if len(content) > 0 {
		units = append(units, 0xfffd)
	}
	return []byte(string(utf16.Decode(units)))
}
