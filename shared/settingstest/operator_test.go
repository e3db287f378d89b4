package settingstest_test

import (
	"context"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// operatorFaults break what an operator has of a memoryNotifier.
type operatorFaults struct {
	show       func(*shared.NotificationDetail) error
	request    func(*shared.OperateRequest) // before it is done
	report     func(*shared.OperateReport)
	statistics func([]shared.StatisticsBucket) []shared.StatisticsBucket
	width      func(*time.Duration)
	release    func(*memoryNotifier, *shared.ReleaseHeldResult)
}

func (n *memoryNotifier) Show(_ context.Context, request shared.ShowRequest) (shared.NotificationDetail, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, entry := range n.entries {
		if entry.ID != request.ID {
			continue
		}
		detail := n.details[entry.ID]
		detail.NotificationEntry = entry
		detail.Attempts = []shared.NotificationAttempt{{Number: 1, Ended: time.Now()}, {Number: 1, Ended: time.Now()}}
		if n.show != nil {
			return detail, n.show(&detail)
		}
		return detail, nil
	}
	return shared.NotificationDetail{}, shared.ErrNoNotification
}

func (n *memoryNotifier) Operate(_ context.Context, request shared.OperateRequest) (report shared.OperateReport,
	_ error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.request != nil {
		n.request(&request)
	}
	known := request.State == "" || slices.Contains(shared.NotificationStates, request.State)
	if !slices.Contains(shared.Operations, request.Operation) || !known {
		return report, shared.ErrInvalidRequest
	}
	n.entries = slices.DeleteFunc(n.entries, func(entry shared.NotificationEntry) bool {
		if chosen(entry, request.NotificationFilter) {
			report.Matched, report.Changed = report.Matched+1, report.Changed+1
			return request.Operation == shared.OperationPurge
		}
		return false
	})
	if request.Operation == shared.OperationPurge && report.Changed > 0 {
		n.purges = append(n.purges, shared.NotificationPurge{At: time.Now(), Operator: request.Actor,
			Filter: request.Recipient, Matched: report.Matched, Changed: report.Changed})
	}
	for i, entry := range n.entries {
		if chosen(entry, request.NotificationFilter) && request.Operation == shared.OperationCancel {
			n.entries[i].State = shared.NotificationCancelled
			n.note(entry.ID, request)
		}
	}
	if n.report != nil {
		n.report(&report)
	}
	return report, nil
}

func (n *memoryNotifier) note(id string, request shared.OperateRequest) {
	if n.details == nil {
		n.details = map[string]shared.NotificationDetail{}
	}
	detail := n.details[id]
	detail.Operator, detail.Operated = request.Actor, time.Now()
	detail.Operations = append(detail.Operations, shared.OperationRecord{
		Operation: request.Operation, Operator: request.Actor, At: time.Now(),
	})
	n.details[id] = detail
}

func (n *memoryNotifier) Statistics(
	_ context.Context, request shared.StatisticsRequest,
) ([]shared.StatisticsBucket, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.width != nil {
		n.width(&request.Width)
	}
	if !slices.Contains([]time.Duration{0, time.Minute, time.Hour, 24 * time.Hour}, request.Width) {
		return nil, shared.ErrInvalidRequest
	}
	if request.Width == 0 {
		request.Width = time.Hour
	}
	now := time.Now().UTC().Truncate(request.Width)
	buckets := []shared.StatisticsBucket{
		{Began: now.Add(-request.Width), Accepted: 1}, {Began: now, Accepted: int64(len(n.given))},
	}
	if n.statistics != nil {
		buckets = n.statistics(buckets)
	}
	return buckets, nil
}

func (n *memoryNotifier) ReleaseHeld(
	context.Context, shared.ReleaseHeldRequest,
) (shared.ReleaseHeldResult, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	result := shared.ReleaseHeldResult{Count: n.held}
	n.held = 0
	if n.release != nil {
		n.release(n, &result)
	}
	return result, nil
}

// shows breaks what Show tells.
func shows(change func(*shared.NotificationDetail)) func(*memoryNotifier) {
	return func(n *memoryNotifier) {
		n.show = func(d *shared.NotificationDetail) error { change(d); return nil }
	}
}

// tellsOfPurges breaks what Status tells of purges.
func tellsOfPurges(change func(*shared.NotificationPurge)) func(*memoryNotifier) {
	return func(n *memoryNotifier) {
		n.status = func(s *shared.ServiceStatus) {
			for i := range s.Purges {
				change(&s.Purges[i])
			}
		}
	}
}

// wrongOperators break the rules about what an operator does.
func wrongOperators() map[string][]func(*memoryNotifier) {
	return map[string][]func(*memoryNotifier){
		"operator/show": {
			shows(func(d *shared.NotificationDetail) { d.To = "" }),
			shows(func(d *shared.NotificationDetail) { d.Category = "" }),
			shows(func(d *shared.NotificationDetail) { d.Reply = "canary-6f1f0a52" }),
			shows(func(d *shared.NotificationDetail) { d.Operator = "somebody" }),
			shows(func(d *shared.NotificationDetail) { d.Attempts[0].Number = 0 }),
			shows(func(d *shared.NotificationDetail) { d.Attempts[1].Ended = d.Created.Add(-time.Hour) }),
		},
		"operator/bulk": {
			func(n *memoryNotifier) { n.request = func(r *shared.OperateRequest) { r.Recipient = "" } },
			func(n *memoryNotifier) { n.request = func(r *shared.OperateRequest) { r.Actor = "" } },
			func(n *memoryNotifier) {
				n.request = func(r *shared.OperateRequest) {
					if r.Operation == "delete" {
						r.Operation = shared.OperationPurge
					}
				}
			},
			func(n *memoryNotifier) { n.request = func(r *shared.OperateRequest) { r.State = "" } },
			func(n *memoryNotifier) { n.report = func(r *shared.OperateReport) { r.Changed = 0 } },
			func(n *memoryNotifier) { n.report = func(r *shared.OperateReport) { r.Matched = 7 } },
			func(n *memoryNotifier) {
				n.status = func(s *shared.ServiceStatus) { s.Counts[shared.NotificationCancelled] = 0 }
			},
			shows(func(d *shared.NotificationDetail) { d.Operations = nil }),
			tellsOfPurges(func(p *shared.NotificationPurge) { p.Operator = "" }),
			tellsOfPurges(func(p *shared.NotificationPurge) { p.At = time.Time{} }),
			tellsOfPurges(func(p *shared.NotificationPurge) { p.Filter = "all" }),
			tellsOfPurges(func(p *shared.NotificationPurge) { p.Matched, p.Changed = 7, 7 }),
			func(n *memoryNotifier) {
				n.request = func(r *shared.OperateRequest) {
					if r.Operation == shared.OperationPurge {
						r.Operation = shared.OperationSetAside
					}
				}
			},
		},
		"operator/statistics": {
			func(n *memoryNotifier) { n.width = func(width *time.Duration) { *width = time.Hour } },
			func(n *memoryNotifier) {
				n.statistics = func(b []shared.StatisticsBucket) []shared.StatisticsBucket { return b[:1] }
			},
			func(n *memoryNotifier) {
				n.statistics = func(b []shared.StatisticsBucket) []shared.StatisticsBucket { slices.Reverse(b); return b }
			},
			func(n *memoryNotifier) {
				n.statistics = func(b []shared.StatisticsBucket) []shared.StatisticsBucket { b[0].Dead = -1; return b }
			},
		},
	}
}

// wrongHolders break the rule about what is held.
func wrongHolders() map[string][]func(*memoryNotifier) {
	return map[string][]func(*memoryNotifier){
		"held/release": {
			func(n *memoryNotifier) {
				n.status = func(s *shared.ServiceStatus) { s.Held = &shared.HeldNotifications{} }
			},
			func(n *memoryNotifier) {
				n.held = 3
				n.release = func(_ *memoryNotifier, r *shared.ReleaseHeldResult) { r.Count = 2 }
			},
			func(n *memoryNotifier) {
				n.held = 3
				n.release = func(n *memoryNotifier, r *shared.ReleaseHeldResult) { n.held = r.Count }
			},
			func(n *memoryNotifier) {
				n.held = 3
				n.status = func(s *shared.ServiceStatus) {
					if s.Held != nil {
						s.Held.Reason = shared.Diagnostic{}
					}
				}
			},
		},
	}
}
