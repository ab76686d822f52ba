# SPDX-License-Identifier: Apache-2.0
# Derives every coefficient of cl/math.clh and cl/activation.clh and prints it as a C literal.
"""Usage: python3 tools/fit_activations.py          (needs mpmath; deterministic, under a minute)

Polynomials are fitted by the Remez exchange with the relative error as the norm. Coefficients are rounded to the
working precision one at a time, and the remaining ones are fitted again after each rounding, so that they absorb the
rounding errors of those already fixed.
"""
from itertools import product

from mpmath import mp, mpf, log, sqrt, pi, exp, expm1, erfc, cos, matrix, lu_solve

mp.dps = 50


def round_to(v, bits=24):
    """v rounded to a float with `bits` significant bits."""
    m, e = mp.frexp(v)
    return mp.ldexp(mp.nint(mp.ldexp(m, bits)), e - bits)


def literal(v, bits=24):
    text = mp.nstr(v, 9 if bits == 24 else 17, min_fixed=-2, max_fixed=4, strip_zeros=True)
    return text + ("f" if bits == 24 else "")


def horner(coef, x):
    r = mpf(0)
    for c in reversed(coef):
        r = r * x + c
    return r


class Fit:
    """sum c_i x^i ~ f(x) on [lo, hi]; `fixed` maps an index to a coefficient that is given."""

    def __init__(self, f, degree, lo, hi, fixed=None):
        self.f, self.degree, self.fixed, self.coef = f, degree, dict(fixed or {}), []
        self.lo, self.hi = lo, hi
        self.grid = [self.point(1 + cos(pi * i / 1500)) for i in range(1500, -1, -1)]
        self.exact = [f(x) for x in self.grid]

    def point(self, u):
        """Where u in [0, 2] lies between lo and hi."""
        return self.lo + (self.hi - self.lo) / 2 * u

    def errors(self):
        return [horner(self.coef, x) / f - 1 for x, f in zip(self.grid, self.exact)]

    def solve(self, nodes):
        """The coefficients whose relative error is +E, -E, +E, ... on the nodes."""
        free = [i for i in range(self.degree + 1) if i not in self.fixed]
        a, b = matrix(len(nodes)), matrix(len(nodes), 1)
        for row, x in enumerate(nodes):
            f = self.f(x)
            for col, i in enumerate(free):
                a[row, col] = x**i / f
            a[row, len(free)] = (-1)**row
            b[row] = 1 - sum(c * x**i for i, c in self.fixed.items()) / f
        s = lu_solve(a, b)
        found = dict(self.fixed)
        found.update({i: s[col] for col, i in enumerate(free)})
        self.coef = [found[i] for i in range(self.degree + 1)]

    def remez(self):
        """Minimax coefficients; returns the largest error."""
        count = self.degree + 2 - len(self.fixed)
        if count == 1:
            self.coef = [self.fixed[i] for i in range(self.degree + 1)]
            return max(abs(e) for e in self.errors())
        nodes = [self.point(1 - cos(pi * (i + mpf(1) / 2) / count)) for i in range(count)]
        best, least = None, mpf("inf")
        for _ in range(12):
            self.solve(nodes)
            err = self.errors()
            peak = max(abs(e) for e in err)
            if peak < least:
                best, least = self.coef, peak
            runs = []                                   # one extremum for each run of equal sign
            for k, e in enumerate(err):
                if runs and (e > 0) == (err[runs[-1]] > 0):
                    if abs(e) > abs(err[runs[-1]]):
                        runs[-1] = k
                elif e != 0:
                    runs.append(k)
            while len(runs) > count:                    # drop the smaller end
                runs.pop(0 if abs(err[runs[0]]) < abs(err[runs[-1]]) else -1)
            if len(runs) < count or min(abs(err[k]) for k in runs) > peak * mpf("0.995"):
                break
            nodes = [self.grid[k] for k in runs]
        self.coef = best
        return least

    def rounded(self, order, bits=24):
        """Fit, then fix the coefficients in the given order, fitting the rest again after each."""
        worst = self.remez()
        print("   largest relative error, exact coefficients: %s" % mp.nstr(worst, 4))
        for i in order:
            self.fixed[i] = round_to(self.coef[i], bits)
            worst = self.remez()
        print("   with rounded coefficients: %s" % mp.nstr(worst, 4))
        return self

    def polish(self, count, weight, bits=24):
        """Move the lowest `count` coefficients by up to two ulp each: the choice with the least weighted error."""
        points = list(zip(self.grid, self.exact))[::25]
        ulps = [mp.ldexp(1, mp.frexp(c)[1] - bits) for c in self.coef[:count]]

        def score(coef):
            return max(abs(horner(coef, x) / f - 1) * weight(x) for x, f in points)
        self.coef = min(([c + m * u for c, m, u in zip(self.coef, move, ulps)] + self.coef[count:]
                         for move in product((0, -1, 1, -2, 2), repeat=count)), key=score)
        print("   after polishing, weighted: %s" % mp.nstr(score(self.coef), 4))


def show(name, coef, bits=24):
    for i, c in enumerate(coef):
        print("#define %s%d %s" % (name, i, literal(c, bits)))


def show_split(name, v, bits=24, high_bits=None):
    """v as the sum of two floats, the first with `high_bits` bits."""
    hi = round_to(v, high_bits or bits)
    print("#define %s_HI %s\n#define %s_LO %s" % (name, literal(hi, bits), name, literal(round_to(v - hi, bits), bits)))


def expm1_rest(r):
    return mpf(1) / 2 + r / 6 if abs(r) < mpf(10)**-12 else (expm1(r) - r) / r**2


def tail(k):
    """S as a function of w = a / (a + k) - 1/2."""
    def s(w):
        v = max(w + mpf(1) / 2, mpf(0))
        a = k * v / (1 - v)
        return (a + k) * exp(a * a / 2) * erfc(a / sqrt(mpf(2))) / 2
    return s


def main():
    half, log2e = mpf(1) / 2, 1 / log(mpf(2))

    print("2^r on |r| <= 0.5005, the constant term being 1")
    h = mpf("0.5005")
    for degree in (6, 4):
        print(("for an f16 or bf16 y" if degree == 4 else "for all others") + ", degree %d" % degree)
        fit = Fit(lambda r: mpf(2)**r, degree, -h, h, {0: mpf(1)}).rounded(range(1, degree + 1))
        show("CLGN_EXP2_C", fit.coef)

    print("(exp(r) - 1 - r) / r^2 on |r| <= 1.001 ln2 / 2; its error enters expm1 with the weight r / 2")
    h = mpf("1.001") / log2e / 2
    show("CLGN_EXPM1_C", Fit(expm1_rest, 4, -h, h).rounded(range(5)).coef)

    # k was scanned: a larger one needs a lower degree, a smaller one gives a flatter S, hence less rounding error.
    for k, degree, top, bits in ((mpf("2.609375"), 9, mpf("14.6"), 24), (mpf("2.609375"), 6, mpf("14.6"), 24),
                                 (mpf(5), 22, mpf(39), 53)):
        print("S = (a + k) exp(a^2 / 2) Phi(-a) on 0 <= a <= %s as a polynomial in w = a / (a + k) - 1/2"
              % mp.nstr(top))
        fit = Fit(tail(k), degree, -half, top / (top + k) - half).rounded(range(degree, -1, -1), bits)
        if bits == 24:
            fit.polish(4, lambda w: mpf(2) if w < mpf("-0.35") else mpf(1))
            fit.coef = [mp.ldexp(c, -40) for c in fit.coef]
        print("#define CLGN_TAIL_K %s" % literal(k, bits))
        show("CLGN_TAIL_C", fit.coef, bits)

    # 2 sqrt(2/pi) (x + 0.044715 x^3) = x (k1 + k3 x^2). The bracket stays below 16 in float and 64 in double, so
    # with k1's leading part this short, subtracting it from the rounded bracket is exact.
    k1 = 2 * sqrt(2 / pi)
    k3 = k1 * mpf("0.044715")
    print("float constants: exponents are in units of ln 2")
    show_split("CLGN_LOG2E", log2e)
    show_split("CLGN_LN2", 1 / log2e)
    show_split("CLGN_QUICK", mpf("1.702") * log2e)
    show_split("CLGN_K1", k1 * log2e, 24, 20)
    show_split("CLGN_K3", k3 * log2e)
    show_split("CLGN_SIXTH", mpf(1) / 6)
    print("double constants: exponents are in natural units")
    show_split("CLGN_QUICK", mpf("1.702"), 53)
    show_split("CLGN_K1", k1, 53, 48)
    show_split("CLGN_K3", k3, 53)
    show_split("CLGN_SIXTH", mpf(1) / 6, 53)


if __name__ == "__main__":
    main()
