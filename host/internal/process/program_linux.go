package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// copyProgram copies a program into memory and seals it, so that nobody can change it any more, or into a file at the
// path where the kernel does not run programs from memory. It returns the sealed file, nil for the other way.
func copyProgram(content io.Reader, path string) (*os.File, error) {
	written, err := memoryFile(filepath.Base(path))
	if err != nil {
		return nil, copyToFile(content, path)
	}
	defer syscall.ForkLock.RUnlock() // See copyToFile; memoryFile has taken it.
	defer written.Close()
	if _, err := io.Copy(written, content); err != nil {
		return nil, err
	}
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(written.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, err
	}
	return os.Open(descriptorPath(written)) // What is open for writing is not run.
}

// memoryFile makes an empty file in memory. On success the lock against starting processes is held.
func memoryFile(name string) (*os.File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	syscall.ForkLock.RLock()
	descriptor, err := unix.MemfdCreate(name, flags|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3
		descriptor, err = unix.MemfdCreate(name, flags)
	}
	if err == nil {
		file := os.NewFile(uintptr(descriptor), name)
		if _, err = os.Stat(descriptorPath(file)); err == nil && descriptor > 2 {
			return file, nil
		}
		_ = file.Close()
	}
	syscall.ForkLock.RUnlock()
	return nil, errors.Join(err, errors.New("programs cannot be run from memory"))
}

// linkDescriptor makes a link to an open file. Its name is what the process is called; the descriptor alone would be
// a number.
func linkDescriptor(path string, file *os.File) error {
	if file.Fd() <= 2 {
		return errors.New("this process has closed its standard streams")
	}
	if err := os.Symlink(descriptorPath(file), path); err != nil {
		return err
	}
	there, err := os.Stat(path)
	if err != nil {
		return err
	}
	if here, err := file.Stat(); err != nil || !os.SameFile(there, here) {
		return fmt.Errorf("%s leads elsewhere", descriptorPath(file))
	}
	return nil
}

// descriptorPath leads to an open file, in every process that has it open under the same number.
func descriptorPath(file *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", file.Fd()) }
