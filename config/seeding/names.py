"""Invented names, ID numbers and phones. Order codes 990-999 and prefix 154 belong to nobody."""

from datetime import date
from random import Random

from stdnum.iso7064 import mod_11_2

SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_MALE = "伟强磊军勇杰涛明超刚平辉鹏华飞斌波宇浩凯建国志文永福春生海山民成龙"
GIVEN_FEMALE = "芳娜敏静丽艳娟霞秀兰玲桂英梅红玉萍琳雪慧婷倩莹洁云凤珍莲巧美香月"
ID_REGION = "419999"  # a province that exists, a county that does not


def person_name(random: Random, sex: str) -> str:
    """Return a name of two or three characters."""
    given = GIVEN_MALE if sex == "M" else GIVEN_FEMALE
    return random.choice(SURNAMES) + "".join(random.choices(given, k=random.choice((1, 2, 2))))


def id_number(*, birth: date, sex: str, n: int) -> str:
    """Return a valid ID number nobody has; `n` tells numbers of one birth date apart (0 to 49)."""
    order = 900 + 2 * (n % 50) + (1 if sex == "M" else 0)
    body = f"{ID_REGION}{birth:%Y%m%d}{order:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def phone(n: int) -> str:
    """Return the n-th mobile number of a prefix that no operator uses."""
    return f"154{n:08d}"
