#!/usr/bin/env bash
# Reads what a test run left behind. Sourced by test.sh and .ci/run.

# count_results FOLDER: sums the counters of all .trx files into passed, failed and skipped.
count_results() {
    local counts
    counts=$(find "$1" -name '*.trx' -exec cat {} + 2>/dev/null | awk '
        # A skipped test is in total but not in executed; notExecuted stays 0 in this format.
        function attribute(name,    text) {
            if (!match($0, " " name "=\"[0-9]+\"")) return 0
            text = substr($0, RSTART, RLENGTH)
            gsub(/[^0-9]/, "", text)
            return text + 0
        }
        /<Counters / {
            executed = attribute("executed")
            ok = attribute("passed")
            passed += ok
            failed += executed - ok
            skipped += attribute("total") - executed
        }
        END { print passed + 0, failed + 0, skipped + 0 }')
    # shellcheck disable=SC2034  # read by the script that sources this one
    read -r passed failed skipped <<<"$counts"
}

# list_failures FOLDER: the names of the tests that failed, each with the first lines of its message.
list_failures() {
    find "$1" -name '*.trx' -exec cat {} + 2>/dev/null | tr -d '\r' | awk '
        function text(line) {
            gsub(/&lt;/, "<", line); gsub(/&gt;/, ">", line); gsub(/&quot;/, "\"", line); gsub(/&#x[0-9A-Fa-f]+;/, " ", line)
            gsub(/&amp;/, "\\&", line)
            return line
        }
        /<UnitTestResult / {
            failed = /outcome="Failed"/
            if (failed && match($0, / testName="[^"]*"/)) print "failed: " text(substr($0, RSTART + 11, RLENGTH - 12))
        }
        failed && /<Message>/ { sub(/.*<Message>/, ""); lines = 5 }
        failed && lines > 0 {
            last = sub(/<\/Message>.*/, "")
            print "    " text(substr($0, 1, 300))
            lines = last ? 0 : lines - 1
        }'
}

# print_coverage FOLDER SRC: line coverage of each package in SRC, a line counted as covered when
# any test project ran it.
print_coverage() {
    find "$1" -name 'coverage.cobertura.xml' -exec cat {} + 2>/dev/null | awk -v src="$2" '
        function attribute(name,    text) {
            if (!match($0, " " name "=\"[^\"]*\"")) return ""
            text = substr($0, RSTART, RLENGTH)
            sub(/^[^"]*"/, "", text)
            sub(/"$/, "", text)
            return text
        }
        /<package / { package = attribute("name") }
        /<class /   { class = attribute("name"); file = attribute("filename"); sub(/.*[\/\\]/, "", file) }
        /<line /    {
            key = package SUBSEP class SUBSEP file SUBSEP attribute("number")
            hits[key] += attribute("hits")
        }
        END {
            for (key in hits) {
                split(key, part, SUBSEP)
                total[part[1]]++
                if (hits[key] > 0) covered[part[1]]++
            }
            for (name in total)
                if (system("test -d \"" src "/" name "\"") == 0)
                    printf "%6.1f %%  %s (%d of %d lines)\n", 100 * covered[name] / total[name], name, covered[name], total[name]
        }' | sort -k3
}
