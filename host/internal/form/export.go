package form

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// exportedPages bounds an export: that many pages of 200 notifications.
const exportedPages = 500

// export gives what is filtered as a file, CSV (RFC 4180) or JSON, newest first.
func (n *notifications) export(w http.ResponseWriter, r *http.Request) {
	query, ok := n.query(w, r)
	if !ok {
		return
	}
	asked, ok := n.wantedFrom(w, r, query)
	if !ok {
		return
	}
	format := query.Get("format")
	type begins func(http.ResponseWriter, *shared.Diagnostic) exporter
	writers := map[string]begins{"csv": newCSVExport, "json": newJSONExport}
	start, known := writers[format]
	if !known {
		n.invalid(w, r, "format", format)
		return
	}
	request := asked.list(n.locale(r), "", groupedPage)
	list, err := n.notifier.List(r.Context(), request)
	if err != nil {
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return
	}
	var pausedFor *shared.Diagnostic
	if status, err := n.notifier.Status(r.Context(), shared.StatusRequest{Locale: n.locale(r)}); err == nil {
		pausedFor = status.Reason
	}
	w.Header().Set("Content-Disposition",
		`attachment; filename="notifications-`+time.Now().UTC().Format("2006-01-02-150405")+"."+format+`"`)
	out := start(w, pausedFor)
	for range exportedPages {
		for _, one := range list.Entries {
			if !request.Unseen || one.SetAsideAt.IsZero() {
				out.write(one)
			}
		}
		if !list.More || len(list.Entries) == 0 {
			out.end()
			return
		}
		request.Before = list.Entries[len(list.Entries)-1].ID
		if list, err = n.notifier.List(r.Context(), request); err != nil {
			n.options.Logger.Error("an export was cut off", "error", err)
			panic(http.ErrAbortHandler) // So that the file is not taken for a whole one.
		}
	}
	n.options.Logger.Warn("an export ends before the oldest notification", "notifications", exportedPages*groupedPage)
	out.end()
}

// exporter writes notifications into a file.
type exporter interface {
	write(shared.NotificationEntry)
	end()
}

type csvExport struct {
	*csv.Writer
	pausedFor *shared.Diagnostic // why delivery is paused; nil when it is not, or that is not known
}

// exportedColumns are those of the CSV file. Programs read them: they are the same in every language.
var exportedColumns = []string{
	"id", "state", "recipient", "subject", "category", "priority", "cause", "summary", "reply", "attempts",
	"accepted", "next_attempt", "finished", "seen", "key", "thread", "actor",
}

func newCSVExport(w http.ResponseWriter, pausedFor *shared.Diagnostic) exporter {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	out := csvExport{csv.NewWriter(w), pausedFor}
	out.UseCRLF = true
	_ = out.Write(exportedColumns) // What cannot be sent the server notices.
	return out
}

func (out csvExport) write(e shared.NotificationEntry) {
	cause, summary := "", ""
	switch {
	case e.State == shared.NotificationQueued && e.PausedBy != "":
		cause = e.PausedBy
		if out.pausedFor != nil && out.pausedFor.Code == cause {
			summary = out.pausedFor.Summary
		}
	case e.Failure != nil:
		cause, summary = e.Failure.Code, e.Failure.Summary
	}
	row := []string{e.ID, string(e.State), e.To, e.Subject, e.Category, string(e.Priority), cause, summary, e.Reply,
		strconv.Itoa(e.Attempts), stamp(e.Created), stamp(e.NextAttempt), stamp(e.Finished), stamp(e.SetAsideAt),
		e.Key, e.Thread, e.Actor}
	for i := range row {
		row[i] = harmless(row[i])
	}
	_ = out.Write(row)
}

func (out csvExport) end() { out.Flush() }

// stamp is a time for programs (RFC 3339); empty for none.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// harmless has spreadsheets take a cell for text: what begins as a formula does would be one (CSV injection), and
// subjects and replies come from strangers.
func harmless(cell string) string {
	begins := strings.TrimLeft(cell, " \u00a0\u3000")
	if begins != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(begins)[0]) {
		return "'" + cell
	}
	return cell
}

type jsonExport struct {
	out   *bufio.Writer
	begun *bool
}

func newJSONExport(w http.ResponseWriter, _ *shared.Diagnostic) exporter {
	w.Header().Set("Content-Type", jsonType)
	return jsonExport{bufio.NewWriter(w), new(bool)}
}

func (e jsonExport) write(one shared.NotificationEntry) {
	separator := ",\n"
	if !*e.begun {
		*e.begun, separator = true, "[\n"
	}
	encoded, err := json.Marshal(one)
	if err != nil {
		return // Entries can be encoded.
	}
	_, _ = e.out.WriteString(separator)
	_, _ = e.out.Write(encoded)
}

func (e jsonExport) end() {
	if !*e.begun {
		_, _ = e.out.WriteString("[")
	}
	_, _ = e.out.WriteString("]\n")
	_ = e.out.Flush()
}
