//go:build unix

package trust

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links are followed, as in the kernel.
const maxLinks = 40

// Check looks at the file or directory, at every directory above it, and at every symbolic link on the way with the
// directories that it leads through. Each must belong to root or to the user of this process, and nobody else may be
// able to write to it: neither everybody, nor a group with another member, nor a user by an access control list. A
// directory with the sticky bit, such as /tmp, may be written by everybody, as what stands in it is safe from those
// it does not belong to. The error is an *Error, or one of the file system.
func Check(path string) error {
	self := uint32(os.Geteuid()) //nolint:gosec // a user id has 32 bits
	return checker{self: self, accounts: localAccounts}.check(path)
}

// LoneGroup reports whether root, the user of this process and nobody else can use the file by what its group may do.
// That it cannot be told is no.
func LoneGroup(path string, info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok || hasACL(path) {
		return false
	}
	c := checker{self: uint32(os.Geteuid()), accounts: localAccounts} //nolint:gosec // a user id has 32 bits
	others, err := c.accounts.others(status.Gid, c.trusted)
	return err == nil && len(others) == 0
}

type checker struct {
	self     uint32
	accounts accounts
}

func (c checker) check(path string) error {
	if !filepath.IsAbs(path) { // Not cleaned: what .. leads to depends on the links before it.
		directory, err := os.Getwd()
		if err != nil {
			return err
		}
		path = directory + string(filepath.Separator) + path
	}
	at := string(filepath.Separator)
	rest := append([]string{"."}, strings.Split(path, at)...)
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if name == "" || name == ".." {
			at = filepath.Join(at, name) // at is free of links, so this is its parent.
			continue
		}
		next := filepath.Join(at, name)
		info, err := os.Lstat(next)
		if err != nil {
			return err
		}
		if err := c.checkEntry(next, info); err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := os.Readlink(next)
		if err != nil {
			return err
		}
		if links++; links > maxLinks {
			return &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
		}
		if filepath.IsAbs(target) {
			at = string(filepath.Separator)
		}
		rest = append(strings.Split(target, string(filepath.Separator)), rest...)
	}
	return nil
}

// checkEntry checks one file, directory or link by itself.
func (c checker) checkEntry(path string, info fs.FileInfo) error {
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("%s: the system does not tell whom it belongs to", path)
	}
	link := info.Mode()&fs.ModeSymlink != 0
	if !c.trusted(status.Uid) {
		command := "chown "
		if link {
			command = "chown -h "
		}
		return &Error{
			Path: path,
			Problem: fmt.Sprintf("belongs to %s, who could replace it, and neither to root nor to %s, who runs it",
				named(status.Uid), named(c.self)),
			Remedy: command + account(c.self) + " " + quoted(path),
		}
	}
	mode := info.Mode()
	switch {
	case link, mode.IsDir() && mode&fs.ModeSticky != 0:
		return nil
	case mode.Perm()&0o002 != 0:
		return &Error{
			Path:    path,
			Problem: fmt.Sprintf("can be written by others (mode %04o), so anybody could replace it", mode.Perm()),
			Remedy:  "chmod go-w " + quoted(path),
		}
	case mode.Perm()&0o020 != 0:
		return c.checkGroup(path, mode, status.Gid)
	}
	return nil
}

// checkGroup looks at who may write by way of the group's bit. With an access control list that bit stands for
// everybody whom the list names, and without the bit the list lets nobody write.
func (c checker) checkGroup(path string, mode fs.FileMode, gid uint32) error {
	if hasACL(path) {
		return &Error{
			Path:    path,
			Problem: fmt.Sprintf("can be written by others (mode %04o with an access control list)", mode.Perm()),
			Remedy:  "setfacl -b " + quoted(path) + " && chmod g-w " + quoted(path),
		}
	}
	refuse := func(why string) error {
		return &Error{
			Path: path, Problem: fmt.Sprintf("can be written by others (mode %04o): %s", mode.Perm(), why),
			Remedy: "chmod g-w " + quoted(path),
		}
	}
	others, err := c.accounts.others(gid, c.trusted)
	if err != nil {
		return refuse("everyone in its group, and " + err.Error())
	}
	if len(others) > 0 {
		return refuse(fmt.Sprintf("its group %s has the member %s", c.accounts.groupName(gid), others[0]))
	}
	return nil
}

func (c checker) trusted(uid uint32) bool { return uid == 0 || uid == c.self }

// account is the name of a user for chown.
func account(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if known, err := user.LookupId(id); err == nil {
		return known.Username
	}
	return id
}

// named is the name of a user for people.
func named(uid uint32) string {
	if uid == 0 {
		return "root"
	}
	return fmt.Sprintf("%s (uid %d)", account(uid), uid)
}

// quoted makes a path an argument for a shell.
func quoted(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("/._-+@%:,=", r)
	}
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
