"""The gallery of components, for those who build pages; served in DEBUG alone."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Sample(forms.Form):
    """One field of each kind, to look at."""

    name = forms.CharField(label="姓名", help_text="与身份证一致。")
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    how = forms.ChoiceField(
        label="方式",
        choices=[("a", "上门"), ("b", "视频"), ("c", "电话")],
        widget=forms.RadioSelect,
    )
    village = forms.ChoiceField(label="村居", choices=[("1", "东山村"), ("2", "西河社区")])
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    agreed = forms.BooleanField(label="本人确认以上内容属实")


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """Show every component, in its tones and states."""
    return render(
        request,
        "components/gallery.html",
        {"form": Sample(), "faulty": Sample(data={"how": "x"}), "tones": TONES},
    )


TONES = ("", "info", "good", "warning", "danger", "clause")
