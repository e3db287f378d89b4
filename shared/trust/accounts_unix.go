//go:build unix

package trust

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// accounts are the files that tell who is in a group.
type accounts struct{ passwd, group, nsswitch string }

var localAccounts = accounts{passwd: "/etc/passwd", group: "/etc/group", nsswitch: "/etc/nsswitch.conf"}

// others returns the members of a group that are not trusted. It fails when that cannot be told: for a group that is
// not in the local file, and where a directory service may know of more members. A group that is named for a trusted
// user is that user's own.
func (a accounts) others(gid uint32, trusted func(uid uint32) bool) ([]string, error) {
	if !accountsInFiles {
		return nil, errors.New("its members are not in the files of this system")
	}
	users, err := records(a.passwd, 4)
	if err != nil {
		return nil, err
	}
	groups, err := records(a.group, 4)
	if err != nil {
		return nil, err
	}
	uids := map[string]uint32{}
	var others []string
	for _, user := range users {
		uid, err := number(user[2])
		if err != nil {
			return nil, err
		}
		uids[user[0]] = uid
		if primary, err := number(user[3]); err == nil && primary == gid && !trusted(uid) {
			others = append(others, user[0])
		}
	}
	isTrusted := func(name string) bool { uid, known := uids[name]; return known && trusted(uid) }
	found, private := false, false
	for _, group := range groups {
		if id, err := number(group[2]); err != nil || id != gid {
			continue
		}
		found, private = true, private || isTrusted(group[0])
		for _, member := range strings.FieldsFunc(group[3], func(r rune) bool { return r == ',' || r == ' ' }) {
			if !isTrusted(member) {
				others = append(others, member)
			}
		}
	}
	switch {
	case !found:
		return nil, fmt.Errorf("group %d is not in %s", gid, a.group)
	case len(others) == 0 && !private && !a.complete():
		return nil, fmt.Errorf("%s names a directory service, which may know more of them", a.nsswitch)
	}
	return others, nil
}

// complete reports whether the local files are all that there is. Without nsswitch.conf they are.
func (a accounts) complete() bool {
	content, err := os.ReadFile(a.nsswitch)
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	local := []string{"files", "systemd", "altfiles"}
	for line := range strings.Lines(string(content)) {
		line, _, _ = strings.Cut(line, "#")
		database, sources, _ := strings.Cut(line, ":")
		if database = strings.TrimSpace(database); database != "passwd" && database != "group" &&
			database != "initgroups" {
			continue
		}
		for _, source := range strings.Fields(sources) {
			if !strings.HasPrefix(source, "[") && !strings.HasSuffix(source, "]") && !slices.Contains(local, source) {
				return false
			}
		}
	}
	return true
}

func (a accounts) groupName(gid uint32) string {
	groups, _ := records(a.group, 4)
	for _, group := range groups {
		if id, err := number(group[2]); err == nil && id == gid {
			return group[0]
		}
	}
	return strconv.FormatUint(uint64(gid), 10)
}

// records reads a file of lines with fields between colons.
func records(path string, fields int) ([][]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found [][]string
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") {
			return nil, fmt.Errorf("%s refers to a directory service", path)
		}
		parts := strings.Split(line, ":")
		if len(parts) < fields {
			return nil, fmt.Errorf("%s has a line that cannot be read", path)
		}
		found = append(found, parts)
	}
	return found, nil
}

func number(text string) (uint32, error) {
	value, err := strconv.ParseUint(text, 10, 32)
	return uint32(value), err
}
