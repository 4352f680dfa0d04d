"""Fields that most lists of persons share, with what their columns are called in the field."""

from grid.imports.lists import Field
from grid.imports.text import words

SEQ = Field("seq", "seq", words("序号 编号 人员编号 No. 序 号"))
NAME = Field(
    "name",
    "name",
    words("姓名 名字 真实姓名 人员姓名 返乡人姓名 返乡人员姓名 返乡人 被检查人姓名 本人姓名"),
    required=True,
)
SEX = Field("sex", "sex", words("性别"))
AGE = Field("age", "text", words("年龄 周岁"))
ID_TYPE = Field("id_type", "id_type", words("证件类型 证件类别 证件种类 其他证件类型 身份证件类型"))
ID_NUMBER = Field(
    "id_number",
    "id_number",
    words(
        "身份证号 身份证号码 身份证 证件号码 证件号 居民身份证号 居民身份证号码 "
        "公民身份号码 公民身份证号码 身份证件号 身份证件号码 身份号码 护照/其他证件号码 "
        "有效证件号码"
    ),
    required=True,
)
PHONE = Field(
    "phone",
    "phone",
    words(
        "联系电话 手机号码 手机号 手机 联系方式 电话 电话号码 本人电话 联系手机 移动电话 "
        "本人联系电话 本人手机号 联系电话号码 联系号码 本人联系方式 手机电话"
    ),
    required=True,
)
HUKOU = Field(
    "hukou",
    "text",
    words("户籍地 户籍 户籍地址 户籍所在地 本人户籍所在地 户口所在地 籍贯 户籍详细地址 户口地址"),
    doubtful=words("常住地住址 常住地址"),
)
COMPANIONS = Field(
    "companions",
    "text",
    words(
        "同行人员 同行人员姓名 同行人员联系方式 同行人员身份证号 同行人关系说明 同行人 "
        "同行人员关系 同行人姓名 同行人电话"
    ),
    joins=True,
)
REMARK = Field(
    "remark",
    "remark",
    words("备注 其他补充内容 其他备注信息 其他说明 备注说明 其他备注"),
    doubtful=words("说明"),
)
