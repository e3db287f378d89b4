package main

import (
	"errors"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// readExpires reads a time, or how long from now it is. Empty is the zero time.
func readExpires(given string, now time.Time) (time.Time, error) {
	if given == "" {
		return time.Time{}, nil
	}
	if length, err := time.ParseDuration(given); err == nil {
		return now.Add(length).UTC().Truncate(time.Millisecond), nil
	}
	at, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return time.Time{}, usagef("--expires %s is neither a length of time such as 10m nor a time such as %s", given,
			now.UTC().Format(time.RFC3339))
	}
	return at, nil
}

func readAttachments(given []string) (attachments []shared.Attachment, err error) {
	for _, one := range given {
		attachment, err := readAttachment(one)
		if err != nil {
			return nil, err
		}
		attachments = append(attachments, attachment)
	}
	return attachments, nil
}

// readAttachment reads a file that is given as FILE[;inline=ID][;type=TYPE]. The type may have parameters of its own,
// and the name of a file a semicolon: where there is such a file, all of what is given is its name.
func readAttachment(given string) (shared.Attachment, error) {
	path := given
	var attachment shared.Attachment
	if _, err := os.Stat(given); err != nil {
		var options string
		path, options, _ = strings.Cut(given, ";")
		for options != "" {
			name, value, found := strings.Cut(options, "=")
			switch {
			case name == "inline" && found:
				attachment.ContentID, options, _ = strings.Cut(value, ";")
			case name == "type" && found:
				attachment.Type, options = value, ""
				if at := strings.LastIndex(value, ";inline="); at >= 0 {
					attachment.Type, options = value[:at], value[at+1:]
				}
			default:
				return attachment, usagef("--attach %s: after the file come ;inline=ID and ;type=TYPE", given)
			}
		}
	}
	attachment.Name = filepath.Base(path)
	if attachment.Type == "" {
		attachment.Type, _, _ = strings.Cut(mime.TypeByExtension(filepath.Ext(path)), ";")
	}
	content, err := readFile(path, shared.MaxAttachmentBytes)
	if err != nil {
		return attachment, usagef("--attach: %w", err)
	}
	attachment.Content = content
	return attachment, nil
}

// readFile reads a file, and no more of it than one byte too many.
func readFile(path string, most int64) (content []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, most+1))
}
