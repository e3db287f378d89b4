package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// slowBoard is a board that is slow from its second operation on.
type slowBoard struct {
	*board
	goOn chan struct{}
}

func (b *slowBoard) Operate(
	ctx context.Context, request shared.OperateRequest,
) (report shared.OperateReport, err error) {
	b.mu.Lock()
	first := len(b.operated) == 0
	b.mu.Unlock()
	if !first {
		select {
		case <-b.goOn:
		case <-ctx.Done():
			return report, ctx.Err()
		}
	}
	return b.board.Operate(ctx, request)
}

// reader makes requests to the page of a service, as an actor.
func reader(service interface {
	shared.Notifier
	shared.NotificationOperator
}, options form.Options) func(method, path, body string) *httptest.ResponseRecorder {
	options.Authorize = func(*http.Request) (string, error) { return "anna", nil }
	options.Operator = func() shared.NotificationOperator { return service }
	options.Logger = hclog.NewNullLogger()
	page := form.NewNotifications(service, options)
	return func(method, path, body string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		page.ServeHTTP(answer, request)
		return answer
	}
}

// TestJob has much done at once: who waits sees how far it is, with a way to stop it, also when the browser that has
// begun it is gone. What was done when it is stopped stays done, and the page says how much it was, and by whom.
func TestJob(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := &slowBoard{newBoard(), make(chan struct{})}
			ask := reader(b, form.Options{})
			answer := ask("POST", "/operate", "operation=retry&state=dead")
			if answer.Code != http.StatusSeeOther || strings.Contains(answer.Header().Get("Location"), "done") {
				t.Fatalf("status %d, %s", answer.Code, answer.Header().Get("Location"))
			}
			page := ask("GET", "/", "").Body.String()
			for _, want := range []string{"Retry is under way: 200 of 300.", `value="200" max="300"`, ">Stop</button>"} {
				if !strings.Contains(page, want) {
					t.Errorf("while it goes on the page does not say %q:\n%s", want, page)
				}
			}
			id := regexp.MustCompile(`name="job" value="(\w+)"`).FindStringSubmatch(page)
			if len(id) != 2 {
				t.Fatal("there is no job to stop")
			}
			want, others := "300 notifications are tried again.", 0
			if stopped {
				if answer := ask("POST", "/stop", "job="+id[1]); answer.Code != http.StatusSeeOther {
					t.Errorf("to stop it: status %d", answer.Code)
				}
				want, others = "200 notifications are tried again. anna has stopped it: the others are as they were.", 100
			} else {
				close(b.goOn)
			}
			synctest.Wait()
			if page = ask("GET", "/", "").Body.String(); !strings.Contains(page, want) || strings.Contains(page, ">Stop<") {
				t.Errorf("afterwards the page does not say %q:\n%s", want, page)
			}
			if dead := len(b.matching(shared.NotificationDead, shared.NotificationFilter{})); dead != others {
				t.Errorf("%d are as they were, want %d", dead, others)
			}
			for _, one := range b.operated {
				if one.Actor != "anna" || len(one.IDs) > shared.MaxListedIDs || one.State != shared.NotificationDead {
					t.Errorf("a part of it is %+v", one)
				}
			}
			time.Sleep(time.Hour)
			if page = ask("GET", "/", "").Body.String(); strings.Contains(page, want) {
				t.Error("it is told for ever")
			}
			if answer := ask("POST", "/stop", "job="+id[1]); answer.Code != http.StatusSeeOther {
				t.Errorf("to stop what has ended: status %d", answer.Code)
			}
		})
	}
}

// TestJobThatFails says how far it came, and what to do.
func TestJobThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &failingBoard{&slowBoard{newBoard(), make(chan struct{})}}
		ask := reader(b, form.Options{})
		ask("POST", "/operate", "operation=set_aside&state=dead")
		close(b.goOn)
		synctest.Wait()
		page := ask("GET", "/", "").Body.String()
		if !strings.Contains(page, "200 notifications were set aside. It has ended early") {
			t.Errorf("the page says\n%s", page)
		}
	})
}

// failingBoard is a slowBoard that fails where it is slow.
type failingBoard struct{ *slowBoard }

func (b *failingBoard) Operate(
	ctx context.Context, request shared.OperateRequest,
) (report shared.OperateReport, err error) {
	b.mu.Lock()
	first := len(b.operated) == 0
	b.mu.Unlock()
	if first {
		return b.slowBoard.Operate(ctx, request)
	}
	<-b.goOn
	return report, shared.ErrPluginUnavailable
}

// TestJobsAreBounded refuses to begin more than can be looked after.
func TestJobsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slowBoard{newBoard(), make(chan struct{})}
		ask := reader(b, form.Options{})
		refused := 0
		for range 10 {
			if ask("POST", "/operate", "operation=retry&state=dead").Code == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != 2 {
			t.Errorf("%d of 10 were refused", refused)
		}
		close(b.goOn)
	})
}
