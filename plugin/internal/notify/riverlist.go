package notify

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// condition is one that notifications have to meet. Its expression has an index.
type condition struct {
	expression string
	compared   string // with what, behind the expression; %s stands for an argument
	arguments  []any
	count      int64 // how many meet it, as far as that is known; never more than it is worth knowing
}

// fewRows is how many notifications are read and looked at one by one, if so few meet one of the conditions.
const fewRows = 1000

// selection is what a list is asked for: notifications that meet all conditions.
type selection struct {
	conditions []condition
	before     int64     // an id; 0 begins with the newest
	at         time.Time // when the notification of that id was accepted; zero when that is not known
	limit      int
}

// list returns jobs, newest first.
func (q *queue) list(ctx context.Context, request shared.ListRequest, limit int) ([]*rivertype.JobRow, error) {
	ids, err := q.listIDs(ctx, request, limit, time.Time{})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found, err := q.client.JobList(ctx, river.NewJobListParams().IDs(ids...).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(len(ids)))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found.Jobs, func(a, b *rivertype.JobRow) int {
		return slices.Index(ids, a.ID) - slices.Index(ids, b.ID)
	})
	return found.Jobs, nil
}

// listIDs returns the ids of jobs, newest first. at is when the notification before which they are was accepted; zero
// when that is not known.
func (q *queue) listIDs(
	ctx context.Context, request shared.ListRequest, limit int, at time.Time,
) ([]int64, error) {
	wanted, classes, err := q.newSelection(request, limit)
	if err != nil || wanted == nil {
		return nil, err
	}
	wanted.at = at
	if request.Search == "" {
		return q.selectIDs(ctx, wanted, classes)
	}
	return q.search(ctx, folded(request.Search), *wanted, classes)
}

// newSelection is nil when nothing can match. Of several classes each one's notifications are wanted.
func (r *riverStore) newSelection(
	request shared.ListRequest, limit int,
) (wanted *selection, classes []string, err error) {
	wanted = &selection{limit: limit}
	if request.Before != "" {
		if wanted.before, err = strconv.ParseInt(request.Before, 10, 64); err != nil {
			return nil, nil, fmt.Errorf("%w: there is no notification %q", shared.ErrInvalidRequest, request.Before)
		}
	}
	if classes, err = classesOf(request.State, request.Unseen); err != nil {
		return nil, nil, err
	}
	if strings.ContainsRune(request.Search+request.Cause+request.Category+request.Recipient, 0) {
		return nil, nil, nil // PostgreSQL refuses to look for what no notification may hold.
	}
	if wanted.conditions, err = r.conditions(request); err != nil {
		return nil, nil, err
	}
	return wanted, classes, nil
}

// conditions are all that the request limits the list by, but for the state.
func (r *riverStore) conditions(request shared.ListRequest) (all []condition, err error) {
	filter := request.NotificationFilter
	add := func(expression, compared string, arguments ...any) {
		all = append(all, condition{expression: expression, compared: compared, arguments: arguments})
	}
	if len(filter.IDs) > 0 {
		ids, err := idsOf(filter.IDs)
		if err != nil {
			return nil, err
		}
		all = append(all, r.theseIDs(ids))
	}
	if filter.Recipient != "" {
		expression, compared, argument := r.byRecipient(filter.Recipient)
		add(expression, compared, argument)
	}
	if filter.Cause != "" {
		// Among those of no cause are attempts that were cut off, which have none to tell of.
		add(r.dialect.cause, "= %s AND errors IS NOT NULL AND "+r.dialect.lastError+" <> '"+cutOff+"'", filter.Cause)
	}
	if filter.Category != "" {
		add(category, "= %s", filter.Category)
	}
	if !filter.From.IsZero() || !filter.Until.IsZero() {
		last := endOfTime
		if !filter.Until.IsZero() {
			last = filter.Until.Add(-time.Microsecond)
		}
		add("created_at", "BETWEEN %s AND %s", r.dialect.instant(filter.From), r.dialect.instant(last))
	}
	return all, nil
}

func idsOf(texts []string) (ids []int64, err error) {
	if len(texts) > shared.MaxListedIDs {
		return nil, fmt.Errorf("%w: %d ids, more than %d", shared.ErrInvalidRequest, len(texts), shared.MaxListedIDs)
	}
	for _, one := range texts {
		id, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: there is no notification %q", shared.ErrInvalidRequest, one)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// classesOf returns the classes of jobs that are shown in the state; none means all. Unseen leaves out those that were
// set aside.
func classesOf(state shared.NotificationState, unseen bool) (classes []string, err error) {
	switch {
	case state == "" && unseen:
		for _, one := range shared.NotificationStates {
			classes = append(classes, string(one))
		}
		return classes, nil
	case state == "":
		return []string{""}, nil
	case state == shared.NotificationDead && !unseen:
		return []string{string(state), setAside}, nil
	case slices.Contains(shared.NotificationStates, state):
		return []string{string(state)}, nil
	default:
		return nil, fmt.Errorf("%w: there is no state %q", shared.ErrInvalidRequest, state)
	}
}

// selectIDs returns the ids of what is wanted of the classes, newest first.
func (r *riverStore) selectIDs(ctx context.Context, wanted *selection, classes []string) (ids []int64, err error) {
	queries, err := r.queries(ctx, wanted, classes)
	if err != nil {
		return nil, err
	}
	for _, q := range queries {
		found, err := r.readInOrder(ctx, q)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	if len(queries) > 1 {
		slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
	}
	return ids[:min(len(ids), wanted.limit)], nil
}

// queries returns one for each class.
func (r *riverStore) queries(ctx context.Context, wanted *selection, classes []string) (queries []query, err error) {
	selections, err := r.selections(ctx, *wanted, classes)
	for _, one := range selections {
		queries = append(queries, r.selectQuery("id", one))
	}
	return queries, err
}

// selections returns one for each class, and counts what meets their conditions.
func (r *riverStore) selections(
	ctx context.Context, wanted selection, classes []string,
) (selections []selection, err error) {
	var counts map[string]int64
	if classes[0] != "" {
		if counts, err = r.classCounts(ctx); err != nil {
			return nil, err
		}
	}
	for _, class := range classes {
		one := wanted
		if class != "" {
			one.conditions = append(slices.Clone(wanted.conditions), condition{
				expression: r.dialect.class, compared: "= %s", arguments: []any{class}, count: counts[class],
			})
		}
		if err := r.countFew(ctx, one.conditions); err != nil {
			return nil, err
		}
		selections = append(selections, one)
	}
	return selections, nil
}

// countFew counts what meets each condition, up to fewRows.
func (r *riverStore) countFew(ctx context.Context, conditions []condition) error {
	var q query
	var counts []any
	for i := range conditions {
		one := &conditions[i]
		if one.expression == r.dialect.class || one.count > 0 {
			continue
		}
		separator := ", "
		if counts == nil {
			separator = "SELECT "
		}
		q.add(separator + "(SELECT COUNT(*) FROM (SELECT 1 FROM river_job WHERE ")
		q.meet(one.expression, *one)
		q.add(fmt.Sprintf(" LIMIT %d) AS few)", fewRows))
		counts = append(counts, &one.count)
	}
	if counts == nil {
		return nil
	}
	return r.byIndex(ctx, func(reader store.Executor) error {
		return reader.QueryRowContext(ctx, q.text, q.arguments...).Scan(counts...)
	})
}

// selectQuery selects columns of what is wanted. Where a condition is met by few, these are read and looked at;
// otherwise the index of the one that is met by the fewest is followed in its order.
func (r *riverStore) selectQuery(columns string, wanted selection) (q query) {
	q.add("SELECT " + columns + " FROM river_job WHERE TRUE")
	driving := -1
	for i, one := range wanted.conditions {
		if driving < 0 || one.count < wanted.conditions[driving].count {
			driving = i
		}
	}
	for i, one := range wanted.conditions {
		q.add(" AND ")
		switch {
		case i != driving:
			q.meet(r.dialect.unindexed(one.expression), one)
		case one.count < fewRows && len(wanted.conditions) > 1:
			q.add("id IN (SELECT id FROM river_job WHERE ")
			q.meet(one.expression, one)
			q.add(fmt.Sprintf(" ORDER BY id DESC LIMIT %d)", fewRows))
		default:
			q.meet(one.expression, one)
		}
	}
	// A range of time is followed in the order of time, which is that of ids unless a clock was set back.
	byTime := driving >= 0 && wanted.conditions[driving].expression == "created_at" &&
		(len(wanted.conditions) == 1 || wanted.conditions[driving].count >= fewRows)
	order := " ORDER BY id DESC"
	if byTime {
		order = " ORDER BY created_at DESC, id DESC"
	}
	switch {
	case wanted.before == 0:
	case byTime:
		q.meet("", r.afterInTime(wanted))
	default:
		q.meet("", condition{compared: " AND id < %s", arguments: []any{wanted.before}})
	}
	q.add(fmt.Sprintf("%s LIMIT %d", order, wanted.limit))
	return q
}

// searcher is what reads what a list is asked for. That takes long while indexes are missing.
func (r *riverStore) searcher() *sql.DB {
	if r.indexed.Load() {
		return r.reader
	}
	return r.bulk
}

// readInOrder is readIDs for what is wanted in the order of an index.
func (r *riverStore) readInOrder(ctx context.Context, q query) (ids []int64, err error) {
	err = r.byIndex(ctx, func(reader store.Executor) error {
		ids, err = scanIDs(reader.QueryContext(ctx, q.text, q.arguments...))
		return err
	})
	return ids, err
}

// byIndex reads by way of the indexes, in their order. PostgreSQL may take it for cheaper to collect all that meets a
// condition, or to read all rows, which among a million takes seconds.
func (r *riverStore) byIndex(ctx context.Context, read func(reader store.Executor) error) error {
	if r.dialect.byIndex == nil {
		return read(r.searcher())
	}
	transaction, err := r.searcher().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer transaction.Rollback() //nolint:errcheck // It has only read.
	for _, statement := range r.dialect.byIndex {
		if _, err := transaction.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return read(transaction)
}

// afterInTime is the condition for what follows in the order of time. When the notification that it follows is gone,
// and its time is not known, that is taken from those that were inserted at about the same time, the latest of them:
// something may be listed twice then, and nothing is left out.
func (r *riverStore) afterInTime(wanted selection) condition {
	if !wanted.at.IsZero() {
		return condition{
			compared:  " AND (created_at, id) < (%s, CAST(%s AS BIGINT))",
			arguments: []any{r.dialect.instant(wanted.at), wanted.before},
		}
	}
	const exact = "(SELECT created_at FROM river_job WHERE id = %[1]s)"
	return condition{
		compared: " AND (created_at, id) < (COALESCE(" + exact + ", (SELECT MAX(created_at) FROM river_job WHERE id >= " +
			"CAST(%[1]s AS BIGINT) - 100 AND id <= CAST(%[1]s AS BIGINT) + 100), (SELECT created_at FROM river_job" +
			" WHERE id > %[1]s ORDER BY id LIMIT 1), %[2]s)," +
			" CASE WHEN " + exact + " IS NULL THEN 9223372036854775807 ELSE CAST(%[1]s AS BIGINT) END)",
		arguments: []any{wanted.before, r.dialect.instant(endOfTime)},
	}
}

// endOfTime is later than anything.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func (r *riverStore) readIDs(ctx context.Context, q query) ([]int64, error) {
	return scanIDs(r.searcher().QueryContext(ctx, q.text, q.arguments...))
}

func scanIDs(rows *sql.Rows, err error) (ids []int64, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// query is a statement that is being written.
type query struct {
	text      string
	arguments []any
}

func (q *query) add(text string) { q.text += text }

// meet adds a condition, with the expression instead of its own.
func (q *query) meet(expression string, one condition) {
	places := make([]any, len(one.arguments))
	for i, argument := range one.arguments {
		q.arguments = append(q.arguments, argument)
		places[i] = fmt.Sprintf("$%d", len(q.arguments))
	}
	if expression != "" {
		expression = "(" + expression + ") "
	}
	q.add(expression + fmt.Sprintf(one.compared, places...))
}
