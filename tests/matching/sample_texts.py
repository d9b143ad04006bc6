"""Parallel sentences in nine languages: the same meaning at the same index."""

MANGROVES, SECURITY, FLOODS = range(3)

SAMPLE_TEXTS: dict[str, tuple[str, str, str]] = {
    "en": (
        "We seek partners to restore mangroves on the northern coast.",
        "I offer training in cyber security for local government offices.",
        "We can share flood data because we have watched the river for ten years.",
    ),
    "vi": (
        "Chúng tôi tìm đối tác để phục hồi rừng ngập mặn ở bờ biển phía bắc.",
        "Tôi có thể đào tạo an ninh mạng cho các cơ quan chính quyền địa phương.",
        "Chúng tôi có thể chia sẻ dữ liệu lũ lụt vì đã theo dõi con sông suốt mười năm.",
    ),
    "id": (
        "Kami mencari mitra untuk memulihkan hutan bakau di pesisir utara.",
        "Saya menawarkan pelatihan keamanan siber untuk kantor pemerintah daerah.",
        "Kami bisa berbagi data banjir karena sudah memantau sungai selama sepuluh tahun.",
    ),
    "ms": (
        "Kami mencari rakan kongsi untuk memulihkan hutan paya bakau di pantai utara.",
        "Saya menawarkan latihan keselamatan siber untuk pejabat kerajaan negeri.",
        "Kami boleh berkongsi data banjir kerana telah memantau sungai selama sepuluh tahun.",
    ),
    "fil": (
        "Naghahanap kami ng mga katuwang para sa pagpapanumbalik ng bakawan sa hilagang baybayin.",
        "Nag-aalok ako ng pagsasanay sa seguridad ng datos para sa mga lokal na pamahalaan.",
        "Maibabahagi namin ang datos ng baha dahil sampung taon na naming binabantayan ang ilog.",
    ),
    "th": (
        "เรากำลังมองหาพันธมิตรเพื่อฟื้นฟูป่าชายเลนบนชายฝั่งทางเหนือ",
        "ฉันเสนอการฝึกอบรมความปลอดภัยทางไซเบอร์สำหรับสำนักงานท้องถิ่น",
        "เราแบ่งปันข้อมูลน้ำท่วมได้เพราะเฝ้าดูแม่น้ำมาสิบปี",
    ),
    "km": (
        "យើងស្វែងរកដៃគូដើម្បីស្តារព្រៃកោងកាងនៅឆ្នេរភាគខាងជើង។",
        "ខ្ញុំផ្តល់ការបណ្តុះបណ្តាលសន្តិសុខសាយប័រសម្រាប់ការិយាល័យរដ្ឋាភិបាលមូលដ្ឋាន។",
        "យើងអាចចែករំលែកទិន្នន័យទឹកជំនន់ ព្រោះយើងបានតាមដានទន្លេអស់រយៈពេលដប់ឆ្នាំ។",
    ),
    "lo": (
        "ພວກເຮົາຊອກຫາຄູ່ຮ່ວມງານເພື່ອຟື້ນຟູປ່າຊາຍເລນຢູ່ຝັ່ງທະເລທາງເໜືອ",
        "ຂ້ອຍສະເໜີການຝຶກອົບຮົມຄວາມປອດໄພທາງໄຊເບີສຳລັບຫ້ອງການທ້ອງຖິ່ນ",
        "ພວກເຮົາສາມາດແບ່ງປັນຂໍ້ມູນນ້ຳຖ້ວມໄດ້ ເພາະໄດ້ຕິດຕາມແມ່ນ້ຳມາສິບປີ",
    ),
    "my": (
        "ကျွန်ုပ်တို့သည် မြောက်ပိုင်းကမ်းရိုးတန်းရှိ ဒီရေတောများ ပြန်လည်ထူထောင်ရန် မိတ်ဖက်များကို ရှာဖွေနေပါသည်။",
        "ဒေသန္တရအစိုးရရုံးများအတွက် ဆိုက်ဘာလုံခြုံရေး သင်တန်းကို ကျွန်ုပ် ပေးနိုင်ပါသည်။",
        "မြစ်ကို ဆယ်နှစ်ကြာ စောင့်ကြည့်ခဲ့သဖြင့် ရေကြီးမှုအချက်အလက်များကို မျှဝေနိုင်ပါသည်။",
    ),
}
