package process

import (
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job: the plugin and its children, which cannot leave it. This process holds the only handle of the job,
// and the system ends all that is in it when that is closed, whatever this process dies of.
type group struct {
	mu  sync.Mutex
	job windows.Handle // 0 before the start, and when all of it has ended
}

// killedStatus is the exit status of what is ended by force, as os.Process.Kill gives it.
const killedStatus = 1

// prepare has the command start suspended, so that nothing of it runs outside of the job. What the console of this
// process is told, such as Ctrl-C and that its window closes, is this process's to act on: the plugin gets a console of
// its own that nobody sees.
func (g *group) prepare(command *exec.Cmd) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.CreationFlags |= windows.CREATE_SUSPENDED | windows.CREATE_NEW_PROCESS_GROUP |
		windows.CREATE_NO_WINDOW
}

// begin puts the process into the job and lets it run. After an error it has ended without having run.
func (g *group) begin(command *exec.Cmd) error {
	job, err := newJob()
	if err == nil {
		handled := command.Process.WithHandle(func(process uintptr) {
			err = windows.AssignProcessToJobObject(job, windows.Handle(process))
		})
		if err == nil {
			err = handled
		}
	}
	if err == nil {
		err = resume(uint32(command.Process.Pid)) //nolint:gosec // ids have 32 bits
	}
	if err != nil {
		_, _ = command.Process.Kill(), command.Wait()
		_ = windows.CloseHandle(job)
		// What the system says must not be taken for an error about the file.
		return errors.New("it cannot be put into a job of Windows, which ends it with this process; " +
			"the job that this process is in may forbid it: " + err.Error())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.job = job
	return nil
}

// newJob makes a job that ends with its handle. No dialog about a crash holds a process in it up.
func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
		windows.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))) //nolint:gosec // the call takes it so
	if err != nil {
		_ = windows.CloseHandle(job)
		return 0, err
	}
	return job, nil
}

// resume lets a process run that was started suspended. Package os does not keep its thread.
func resume(pid uint32) error {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPTHREAD, 0)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(snapshot) //nolint:errcheck // nothing was written
	var thread windows.ThreadEntry32
	thread.Size = uint32(unsafe.Sizeof(thread))
	for err = windows.Thread32First(snapshot, &thread); err == nil; err = windows.Thread32Next(snapshot, &thread) {
		if thread.OwnerProcessID != pid {
			continue
		}
		if suspended, err := resumeThread(thread.ThreadID); err != nil || suspended {
			return err
		}
	}
	return fmt.Errorf("its first thread is not found: %w", err)
}

// resumeThread reports whether the thread was suspended.
func resumeThread(id uint32) (bool, error) {
	thread, err := windows.OpenThread(windows.THREAD_SUSPEND_RESUME, false, id)
	if err != nil {
		return false, err
	}
	defer windows.CloseHandle(thread) //nolint:errcheck // nothing was written
	before, err := windows.ResumeThread(thread)
	return before > 0, err
}

// wait returns when the process has ended, and ends what it leaves behind in the job.
func (g *group) wait(command *exec.Cmd) error {
	err := command.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = windows.TerminateJobObject(g.job, killedStatus)
	_ = windows.CloseHandle(g.job)
	g.job = 0
	return err
}

// kill ends all processes of the job by force. It is no error that there are none.
func (g *group) kill(*exec.Cmd) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job == 0 {
		return nil
	}
	return windows.TerminateJobObject(g.job, killedStatus)
}
