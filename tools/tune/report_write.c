/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as a page, as Markdown, as comma-separated values. */
#include <string.h>

#include "report.h"

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:1100px;margin:2em auto;"
    "padding:0 1em}h1{font-size:1.6em}h2{font-size:1.25em;margin-top:2em;border-bottom:1px solid #ccc}"
    "table{border-collapse:collapse;font-size:13px}div.table{overflow-x:auto}"
    "th,td{padding:.25em .6em;text-align:left;border-bottom:1px solid #e4e4e4;white-space:nowrap}"
    "th{background:#f3f3f3}td.number{text-align:right;font-variant-numeric:tabular-nums}"
    "svg{max-width:100%;height:auto}summary{cursor:pointer;margin:.6em 0}";

static void escape_html(const char *text, FILE *out)
{
    for (; *text != '\0'; ++text) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

/* Numbers stand at the right. */
static int is_number(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789.+-e") == strlen(text) && strcspn(text, "0123456789") == 0;
}

static const char *cell_text(const json_t *row, size_t i)
{
    const char *text = json_string_value(json_array_get(row, i));

    return text ? text : "";
}

static void html_table(const struct report_section *s, FILE *out)
{
    const json_t *row;
    size_t r;

    fputs("<div class=\"table\"><table>\n<tr>", out);
    for (size_t c = 0; c < json_array_size(s->columns); ++c) {
        fputs("<th>", out);
        escape_html(cell_text(s->columns, c), out);
        fputs("</th>", out);
    }
    fputs("</tr>\n", out);
    json_array_foreach(s->rows, r, row)
    {
        fputs("<tr>", out);
        for (size_t c = 0; c < json_array_size(s->columns); ++c) {
            fputs(is_number(cell_text(row, c)) ? "<td class=\"number\">" : "<td>", out);
            escape_html(cell_text(row, c), out);
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</table></div>\n", out);
}

/* The picture without what stands before its element. */
static void html_picture(const char *picture, const char *title, FILE *out)
{
    const char *svg = strstr(picture, "<svg");

    if (svg) {
        fputs("<figure role=\"img\" aria-label=\"", out);
        escape_html(title, out);
        fprintf(out, "\">\n%s</figure>\n", svg);
    }
}

void report_html(const struct report *report, char *const *pictures, const char *title, FILE *out)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
          out);
    escape_html(title, out);
    fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    escape_html(title, out);
    fputs("</h1>\n<ul>\n", out);
    for (size_t i = 0; i < report->count; ++i) {
        fprintf(out, "<li><a href=\"#%s\">", report->sections[i].id);
        escape_html(report->sections[i].title, out);
        fputs("</a></li>\n", out);
    }
    fputs("</ul>\n", out);
    for (size_t i = 0; i < report->count; ++i) {
        const struct report_section *s = &report->sections[i];
        fprintf(out, "<h2 id=\"%s\">", s->id);
        escape_html(s->title, out);
        fputs("</h2>\n<p>", out);
        escape_html(s->note, out);
        fputs("</p>\n", out);
        if (pictures[i]) {
            html_picture(pictures[i], s->title, out);
        }
        fprintf(out, "<details%s><summary>%zu rows</summary>\n", pictures[i] ? "" : " open", json_array_size(s->rows));
        html_table(s, out);
        fputs("</details>\n", out);
    }
    fputs("</body>\n</html>\n", out);
}

/* Cells end at a bar or a line's end, and may hold HTML. */
static void escape_markdown(const char *text, FILE *out)
{
    for (; *text != '\0'; ++text) {
        if (*text == '<') {
            fputs("&lt;", out);
        } else if (*text == '\n' || *text == '\r') {
            fputc(' ', out);
        } else {
            if (strchr("|\\`*[]", *text)) {
                fputc('\\', out);
            }
            fputc(*text, out);
        }
    }
}

static void markdown_row(const json_t *row, size_t columns, FILE *out)
{
    fputc('|', out);
    for (size_t c = 0; c < columns; ++c) {
        fputc(' ', out);
        escape_markdown(cell_text(row, c), out);
        fputs(" |", out);
    }
    fputc('\n', out);
}

void report_markdown(const struct report *report, const char *title, FILE *out)
{
    fputs("# ", out);
    escape_markdown(title, out);
    fputc('\n', out);
    for (size_t i = 0; i < report->count; ++i) {
        const struct report_section *s = &report->sections[i];
        const size_t columns = json_array_size(s->columns);
        const json_t *row;
        size_t r;
        fputs("\n## ", out);
        escape_markdown(s->title, out);
        fputs("\n\n", out);
        escape_markdown(s->note, out);
        fputs("\n\n", out);
        markdown_row(s->columns, columns, out);
        fputc('|', out);
        for (size_t c = 0; c < columns; ++c) {
            fputs("---|", out);
        }
        fputc('\n', out);
        json_array_foreach(s->rows, r, row)
        {
            markdown_row(row, columns, out);
        }
    }
}

static void escape_csv(const char *text, FILE *out)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; ++text) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

static void csv_row(const char *first, const json_t *row, size_t columns, FILE *out)
{
    escape_csv(first, out);
    for (size_t c = 0; c < columns; ++c) {
        fputc(',', out);
        escape_csv(cell_text(row, c), out);
    }
    fputc('\n', out);
}

void report_csv(const struct report *report, FILE *out)
{
    for (size_t i = 0; i < report->count; ++i) {
        const struct report_section *s = &report->sections[i];
        const size_t columns = json_array_size(s->columns);
        const json_t *row;
        size_t r;
        csv_row("section", s->columns, columns, out);
        json_array_foreach(s->rows, r, row)
        {
            csv_row(s->id, row, columns, out);
        }
    }
}
