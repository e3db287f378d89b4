package host

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/trust"
)

// CheckBinary returns what Open would say about the binary of a manifest before it starts it: that it is not there,
// that others could change it, or that it has another checksum. The error is a *manifest.Error. It is for programs
// that run the binary themselves.
func CheckBinary(m *manifest.Manifest) error {
	if err := checkBinary(m); err != nil || m.SHA256 == "" {
		return err
	}
	file, err := os.Open(m.Binary)
	if err != nil {
		return refuseBinary(m, "cannot be read: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return refuseBinary(m, "cannot be read: %w", err)
	}
	return checkSum(m, hash.Sum(nil))
}

// checkBinary refuses what cannot or must not be run, with a reason that says more than the operating system's.
func checkBinary(m *manifest.Manifest) error {
	info, err := os.Stat(m.Binary)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return refuseBinary(m, "does not exist; build it, or correct the path")
	case err != nil:
		return refuseBinary(m, "cannot be used: %w", err)
	case info.IsDir():
		return refuseBinary(m, "is a directory")
	case !info.Mode().IsRegular():
		return refuseBinary(m, "is not a regular file")
	case info.Mode()&0o111 == 0 && runtime.GOOS != "windows": // Windows has no such mode.
		return refuseBinary(m, "is not executable; run chmod +x")
	}
	if err := trust.Check(m.Path); err != nil {
		return refusal(m, fmt.Errorf("this file says what is run, and others could change that: %w", err))
	}
	if err := trust.Check(m.Binary); err != nil {
		return refuseBinary(m, "was not run, as others could replace it: %w", err)
	}
	return nil
}

func refuseBinary(m *manifest.Manifest, format string, args ...any) error {
	return refusal(m, fmt.Errorf("binary %s "+format, append([]any{m.Binary}, args...)...))
}

// refusal is a start that plugin.hcl, or what it names, is to blame for.
func refusal(m *manifest.Manifest, err error) error {
	return &manifest.Error{Path: m.Path, Reason: fmt.Sprintf("plugin %q: %s", m.Name, err), Err: err}
}

// program is what is run for a plugin: the binary, or with a checksum the very bytes that have it.
type program struct {
	path string
	// file is what path leads to by way of its descriptor, which must have the same number in the process that is
	// started; nil when path is a path like any other.
	file *os.File
}

func (p *program) close() {
	if p.file != nil {
		_ = p.file.Close()
	}
}

// inherited are the files that the process needs open: the n-th gets the descriptor n+3.
func (p *program) inherited() []*os.File {
	if p.file == nil {
		return nil
	}
	files := make([]*os.File, int(p.file.Fd())-2)
	files[len(files)-1] = p.file
	return files
}

// openProgram prepares what is run. Without a checksum that is the binary, which only root and this user can replace;
// checkBinary has made sure. With one it is a copy of the bytes that have it, so that no change of the file between
// the check and the start counts. A script is run from its own place, by the descriptor that was checked: it looks
// for other files beside itself, and they are not covered by its checksum anyway. directory is private to this user;
// close and removing it end the program's use.
func openProgram(m *manifest.Manifest, directory string) (*program, error) {
	if m.SHA256 == "" {
		return &program{path: m.Binary}, nil
	}
	if mountedNoexec(m.Binary) { // The copy is elsewhere.
		return nil, refuseBinary(m, "was not run: %s", noexecText)
	}
	file, err := os.Open(m.Binary)
	if err != nil {
		return nil, refuseBinary(m, "cannot be read: %w", err)
	}
	hash := sha256.New()
	start := make([]byte, 2)
	n, _ := io.ReadFull(file, start)
	content := io.TeeReader(io.MultiReader(bytes.NewReader(start[:n]), file), hash)
	prog := &program{path: filepath.Join(directory, filepath.Base(m.Binary)), file: file}
	if string(start[:n]) == "#!" {
		_, err = io.Copy(io.Discard, content)
	} else {
		prog.file, err = copyProgram(content, prog.path)
		_ = file.Close()
	}
	if err == nil {
		err = checkSum(m, hash.Sum(nil))
	} else {
		err = refuseBinary(m, "cannot be copied for its start: %w", err)
	}
	if err == nil && prog.file != nil {
		if err = linkDescriptor(prog.path, prog.file); err != nil {
			err = refuseBinary(m, "cannot be run by its descriptor, which a sha256 asks for: %w", err)
		}
	}
	if err != nil {
		prog.close()
		return nil, err
	}
	return prog, nil
}

func checkSum(m *manifest.Manifest, sum []byte) error {
	if found := hex.EncodeToString(sum); found != m.SHA256 {
		return refuseBinary(m, "has the checksum %s, but sha256 says %s; it was not run", found, m.SHA256)
	}
	return nil
}

// copyToFile copies a program into a file that only this user may read and run.
func copyToFile(content io.Reader, path string) error {
	// No other process may be started while the file is open for writing: it would keep it open, and the start would
	// fail with ETXTBSY.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700) //nolint:gosec // it must be executable
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
